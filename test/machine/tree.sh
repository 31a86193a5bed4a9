#!/bin/sh
# Makes the tree of a virtual machine from a guest's tree of Debian 12: tree.sh BASE TREE FILES. FILES is copied over the tree.
# The tree has the kernel and some packages as of the release; their newest versions lie in /root/night and /root/kernel. It wants a
# mount namespace of its own, and the network.
set -eu
base=$1 tree=$2 files=$3
cp -a "$base" "$tree"
cp /etc/resolv.conf "$tree/etc/resolv.conf"
printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
chmod 755 "$tree/usr/sbin/policy-rc.d"
mount -t proc proc "$tree/proc"
run() { chroot "$tree" env DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "$@"; }
apt() { run apt-get --yes --quiet "$@"; }

apt update
old=$(run apt-cache show linux-image-cloud-amd64/bookworm | sed -n 's/^Depends: \(\S*\) .*/\1/p')
new=$(run apt-cache show linux-image-cloud-amd64 | sed -n '0,/^Depends/s/^Depends: \(\S*\) .*/\1/p')
apt install --no-install-recommends initramfs-tools zstd udev kmod e2fsprogs \
  "$old/bookworm" linux-image-cloud-amd64/bookworm \
  unattended-upgrades man-db fail2ban python3-systemd supervisor munin-node spamd puma node-http-server node-opener \
  php8.2-fpm python3-venv python3-gunicorn anacron apt-listchanges popularity-contest debsums
# Each package of the night, as of the release. Its newest version is what the night brings. PHP's scripts would take ten minutes.
night='libssl3 openssl libexpat1 python3.11 python3.11-minimal libpython3.11-minimal libpython3.11-stdlib'
# shellcheck disable=SC2046
apt install --no-install-recommends --allow-downgrades $(for each in $night; do echo "$each/bookworm"; done)
# There is no room for what the other tests keep there.
rm -f "$tree"/var/cache/apt/archives/*.deb
for folder in night debs kernel; do run install -d -o _apt "/root/$folder"; done
# shellcheck disable=SC2086
run sh -c 'cd /root/night && apt-get --quiet download "$@"' sh $night
run sh -c 'cd /root/debs && apt-get --quiet download "$@"' sh fail2ban spamd puma supervisor munin-node
run sh -c 'cd /root/kernel && apt-get --quiet download "$@"' sh "$new" linux-image-cloud-amd64
run apt-get clean
rm "$tree/etc/resolv.conf"

cp -a --no-preserve=ownership "$files/." "$tree/"
chroot "$tree" sh -eu /root/prepare
mv "$tree/root/policy-rc.d" "$tree/usr/sbin/policy-rc.d"
