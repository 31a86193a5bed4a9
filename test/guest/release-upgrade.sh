#!/bin/sh
# Makes a tree of Debian 12 with services in it, and the packages of Debian 13 beside them, ready to be installed without a
# network: release-upgrade.sh BASE TREE PACKAGE... It wants a mount namespace of its own, and the network.
set -eu
base=$1 tree=$2
shift 2
cp -a "$base" "$tree"
cp /etc/resolv.conf "$tree/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
chmod 755 "$tree/usr/sbin/policy-rc.d"
mount -t proc proc "$tree/proc"
apt() { chroot "$tree" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin apt-get --yes --quiet "$@"; }
apt update
apt install --no-install-recommends "$@"
sed -i 's/bookworm/trixie/g' "$tree/etc/apt/sources.list"
apt update
apt --download-only dist-upgrade
