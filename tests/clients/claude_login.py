"""Runs a command in a terminal of its own, as `claude mcp login` insists on one.

Prints one JSON line with the first authorization URL that the command shows, and at the end one with its exit code
and everything it wrote. Usage: claude_login.py HOST:PORT COMMAND [ARGUMENT...]
"""

import errno
import fcntl
import json
import os
import pty
import re
import select
import struct
import sys
import termios
import time

# Escape sequences: hyperlinks and titles (OSC), colours and movements (CSI), single shifts.
ESCAPES = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9;?<>=]*[ -/]*[@-~]|\x1b[@-Z\\-_=>]")
LIMIT = 150


def main() -> int:
    authority, command = sys.argv[1], sys.argv[2:]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    # So wide that no URL is broken into lines.
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 4000, 0, 0))
    wanted = re.compile(re.escape(f"https://{authority}") + r"/[^\s\"'<>]*authorize\?[^\s\"'<>]*")

    written, told, deadline = "", False, time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        ready, _, _ = select.select([terminal], [], [], 1)
        if not ready:
            continue
        try:
            data = os.read(terminal, 65536)
        except OSError as error:  # Linux tells the end of the other side as an input/output error.
            if error.errno != errno.EIO:
                raise
            data = b""
        if not data:
            break
        written += data.decode("utf-8", "replace")
        plain = ESCAPES.sub("", written)
        match = wanted.search(plain)
        # The URL is whole once something that does not belong to it follows.
        if match and not told and match.end() < len(plain):
            print(json.dumps({"authorize_url": match.group(0)}), flush=True)
            told = True
    else:
        os.kill(pid, 9)
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps({"exit_code": code, "written": ESCAPES.sub("", written)}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
