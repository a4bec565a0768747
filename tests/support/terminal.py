"""A terminal for tests: runs a command in one, types each line that comes on standard input, and exits with its status.

A line `^C` is the key; `?text` waits until the terminal shows that text.
"""
import os
import pty
import select
import sys
import time

PATIENCE_S = 20

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])

shown = everything = b""


def read(seconds):
    global shown, everything
    ready, _, _ = select.select([terminal], [], [], seconds)
    if not ready:
        return True
    try:
        chunk = os.read(terminal, 65536)
    except OSError:  # Linux's word for the end of a terminal
        chunk = b""
    shown += chunk
    everything += chunk
    return chunk != b""


for line in sys.stdin.read().splitlines():
    if line.startswith("?"):
        wanted, until = line[1:].encode(), time.monotonic() + PATIENCE_S
        while wanted not in shown and time.monotonic() < until and read(0.1):
            pass
        shown = shown.partition(wanted)[2] if wanted in shown else shown
    else:
        os.write(terminal, b"\x03" if line == "^C" else line.encode() + b"\n")

until = time.monotonic() + PATIENCE_S
while read(0.1) and time.monotonic() < until:
    pass
sys.stdout.buffer.write(everything)
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
