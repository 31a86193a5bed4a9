#!/bin/sh
# Makes a tree of Debian with more packages in it, and with some packages as files in /root/debs:
# tree-with-packages.sh BASE TREE 'PACKAGE...' DEB... It wants a mount namespace of its own, and the network.
set -eu
base=$1 tree=$2 packages=$3
shift 3
cp -a "$base" "$tree"
cp /etc/resolv.conf "$tree/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
chmod 755 "$tree/usr/sbin/policy-rc.d"
mount -t proc proc "$tree/proc"
run() { chroot "$tree" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }
run apt-get --yes --quiet update
# shellcheck disable=SC2086
run apt-get --yes --quiet install --no-install-recommends $packages
run apt-get clean
run install -d -o _apt /root/debs
run sh -c 'cd /root/debs && apt-get --quiet download "$@"' sh "$@"
rm "$tree/etc/resolv.conf"
