#!/bin/sh
# Runs as a service with Delegate=yes: starts `sleep` in cgroups below its own whose names imitate others.
# Each argument is SECONDS=PATH-BELOW.
own=
while IFS=: read -r _ controllers path; do
  case $controllers in
    '') for root in /sys/fs/cgroup/unified /sys/fs/cgroup; do
      [ ! -e "$root/cgroup.controllers" ] || { own="$own $root$path"; break; }
    done ;;
    name=systemd) [ ! -d /sys/fs/cgroup/systemd ] || own="$own /sys/fs/cgroup/systemd$path" ;;
  esac
done </proc/self/cgroup
for pair; do
  (
    for root in $own; do
      mkdir -p "$root/${pair#*=}" && echo 0 >"$root/${pair#*=}/cgroup.procs" || exit 1
    done
    exec sleep "${pair%%=*}"
  ) &
done
wait
