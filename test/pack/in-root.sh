#!/bin/sh
# Runs a program in a tree that looks like BASE, and keeps what it writes in UPPER: in-root.sh BASE UPPER PROGRAM ARGUMENT...
# For `unshare --mount`: the overlay ends with the program, and so does every process that it left.
set -eu
base=$1 upper=$2
shift 2
mkdir -p "$upper/files" "$upper/work" "$upper/tree"
mount -t overlay -o "lowerdir=$base,upperdir=$upper/files,workdir=$upper/work" root "$upper/tree"
[ ! -d "$upper/packages" ] || mount --bind "$upper/packages" "$upper/tree/mnt"
exec unshare --pid --fork --kill-child --root="$upper/tree" --mount-proc "$@"
