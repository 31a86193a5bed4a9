#!/bin/sh
# Boots one guest and stays until it is gone: launch.sh STATE BASE CGROUPS NSPAWN-ARGUMENT...
# Runs in a mount namespace of its own, so the overlay over BASE (writable, in memory) ends with it and outlives reboots of
# the guest. With LIB_USERS_GUEST_COPY it is no overlay but a copy, in memory too. STATE/nspawn.pid holds nspawn's PID, new after each reboot. CGROUPS (one a line) are made, joined, removed.
set -u
state=$1 base=$2 cgroups=$3
shift 3

leader() { cat "/proc/$child/task/$child/children" 2>/dev/null; }
end() {
  stopping=1
  [ -n "$child" ] || return
  # The guest's init: nspawn then ends in good order. Without one yet, nspawn itself.
  for pid in $(leader); do kill -KILL "$pid" 2>/dev/null && return; done
  kill -TERM "$child" 2>/dev/null
}
clean() {
  for try in 1 2 3 4 5 6 7 8 9 10; do
    left=
    for dir in $cgroups; do
      [ ! -d "$dir" ] || find "$dir" -depth -type d -exec rmdir {} + 2>/dev/null || left=1
    done
    [ -n "$left" ] || break
    sleep 0.1
  done
}
stopping= child=
finish() {
  clean
  # Who said to stop may be gone, so that nobody else would. A guest that ended by itself leaves its console to be read.
  [ -z "$stopping" ] || { umount -R "$state/root"; rm -rf --one-file-system "$state"; } 2>/dev/null
}
trap end TERM INT HUP
trap finish EXIT

mount -t tmpfs -o mode=0755 guest "$state/root" || exit 1
mkdir "$state/root/upper" "$state/root/work" "$state/root/tree"
if [ -n "${LIB_USERS_GUEST_COPY:-}" ]; then
  cp -a "$base/." "$state/root/tree" || exit 1
else
  mount -t overlay -o "lowerdir=$base,upperdir=$state/root/upper,workdir=$state/root/work" guest "$state/root/tree" || exit 1
fi

# Without a cgroup namespace nspawn wants a folder for each controller of the kernel. For one that is not mounted here, a link
# to another is enough. They stand in a view of this mount namespace's own.
if [ "${SYSTEMD_NSPAWN_USE_CGNS:-1}" = 0 ] && [ -d /sys/fs/cgroup/memory ]; then
  mkdir "$state/root/cgroup"
  mount -t tmpfs cgroup "$state/root/cgroup" || exit 1
  for dir in /sys/fs/cgroup/*/; do
    mkdir "$state/root/cgroup/$(basename "$dir")"
    mount --bind "$dir" "$state/root/cgroup/$(basename "$dir")" || exit 1
  done
  for name in $(sed -n '2,$s/[[:space:]].*//p' /proc/cgroups); do
    [ -e "/sys/fs/cgroup/$name" ] || ln -s memory "$state/root/cgroup/$name"
  done
  mount --rbind "$state/root/cgroup" /sys/fs/cgroup || exit 1
fi

while [ -z "$stopping" ]; do
  for dir in $cgroups; do mkdir -p "$dir" || exit 1; done
  (
    for dir in $cgroups; do echo 0 >"$dir/cgroup.procs"; done
    exec setpriv --pdeathsig TERM systemd-nspawn --quiet --directory="$state/root/tree" "$@" </dev/null
  ) &
  child=$!
  echo "$child" >"$state/nspawn.pid.new" && mv "$state/nspawn.pid.new" "$state/nspawn.pid"
  while kill -0 "$child" 2>/dev/null; do
    wait "$child"
    status=$?
  done
  child=
  rm -f "$state/nspawn.pid"
  clean
  # nspawn's way to say that the guest asked for a reboot.
  [ "$status" = 133 ] || exit "$status"
done
