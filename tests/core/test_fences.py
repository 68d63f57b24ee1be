"""A process that can no longer trust its disk ends at once, and says why."""

import subprocess
import sys

SCRIPT = """
import atexit
from hoede.core.fences import exit_at_once
atexit.register(print, "cleaned up")
try:
    exit_at_once("a disk sync failed")
finally:
    print("went on")
"""


def test_the_process_ends_without_cleaning_up_and_names_the_reason() -> None:
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    assert (ended.returncode, ended.stdout) == (70, "")
    assert ended.stderr.startswith("hoede: a disk sync failed;")
