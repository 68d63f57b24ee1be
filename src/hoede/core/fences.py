"""The last fence: a process that can no longer trust its disk ends at once."""

import os
import sys

EXIT_CODE = 70  # EX_SOFTWARE; the supervisor starts us anew


def exit_at_once(why: str) -> None:
    """End the process without any cleaning up, which would touch the disk again."""
    # Straight to stderr: the log may be on the failing disk.
    sys.stderr.write(f"hoede: {why}; the process ends so that a restart reads the disk anew\n")
    sys.stderr.flush()
    os._exit(EXIT_CODE)
