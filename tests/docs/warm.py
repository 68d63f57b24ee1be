"""Runs `hoede` commands in children of one process that has imported everything: pages have many commands.

`python warm.py SOCKET` is that process. A file with `CALLER` in it, called `hoede`, hands a command over.
"""

import json
import os
import socket
import sys
from pathlib import Path

import hoede.cli

MOST_BYTES = 1 << 20
CALLER = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect({door!r})
    told = json.dumps([sys.argv, os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(line, [told], [0, 1, 2])
    sys.exit(line.recv(1)[0])
"""


def serve(door: Path) -> None:
    """Take commands one after the other, until the process is ended."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(door))
        listener.listen()
        while True:
            caller, _ = listener.accept()
            with caller:
                told, streams, _, _ = socket.recv_fds(caller, MOST_BYTES, 3)
                words, folder, environment = json.loads(told)
                child = os.fork() or run(words, folder, environment, streams)
                for one in streams:
                    os.close(one)
                caller.sendall(bytes([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])]))


def run(words: list[str], folder: str, environment: dict[str, str], streams: list[int]) -> int:
    """Become the command; never returns."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words
    code = 1
    try:
        hoede.cli.main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
