"""type.py KEYS SHELL ARG...: starts an interactive shell on a terminal of its own, types KEYS and Enter at its first prompt
(`ready> `), and prints the line that begins with ANSWER."""
import os
import pty
import re
import select
import sys

keys, *argv = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)
seen = b""
typed = False
while True:
    if not select.select([terminal], [], [], 30)[0]:
        sys.exit("no answer in 30 seconds:\n" + seen.decode(errors="replace"))
    try:
        seen += os.read(terminal, 65536)
    except OSError:
        sys.exit("the shell ended:\n" + seen.decode(errors="replace"))
    if not typed and b"ready> " in seen:
        os.write(terminal, (keys + "\r").encode())
        typed = True
    answer = re.search(rb"^ANSWER.*?(?=\r?\n)", seen, re.MULTILINE)
    if answer:
        print(answer[0].decode())
        break
os.kill(pid, 9)
os.waitpid(pid, 0)
