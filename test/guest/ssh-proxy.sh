#!/bin/sh
# ssh's ProxyCommand into a guest: ssh-proxy.sh STATE NODE. Looks the guest's first process up at each connect (it changes with
# a reboot), enters its network namespace and connects stdin and stdout to the sshd there.
nspawn=$(cat "$1/nspawn.pid") || exit 1
leader=$(cut -d " " -f 1 "/proc/$nspawn/task/$nspawn/children") && [ -n "$leader" ] || exit 1
# Not there yet: it would be the sshd of this machine.
[ "$(readlink "/proc/$leader/ns/net")" != "$(readlink /proc/self/ns/net)" ] || exit 1
exec nsenter --net="/proc/$leader/ns/net" -- "$2" -e '
const socket = require("node:net").connect(22, "127.0.0.1");
socket.on("error", (error) => { console.error(error.message); process.exit(1); });
socket.on("close", () => process.exit(0));
process.stdin.pipe(socket).pipe(process.stdout);
'
