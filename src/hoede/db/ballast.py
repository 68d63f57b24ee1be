"""A file that only takes space: on a full disk it goes, so that what was acknowledged can be finished.

While it is gone, intake answers 503: the freed space belongs to the workers.
"""

import os
from pathlib import Path

BALLAST_BYTES = 64 * 1024 * 1024
_FREE_ENOUGH = 4  # times the ballast must be free before it is laid again


class Ballast:
    """`lay` at start, `let_go` when a worker meets a full disk."""

    def __init__(self, path: Path, size: int = BALLAST_BYTES) -> None:
        self._path = path
        self._size = size

    @property
    def there(self) -> bool:
        try:
            return self._path.stat().st_size >= self._size
        except FileNotFoundError:
            return False

    def lay(self) -> bool:
        """Take the space unless it is taken or scarce; tells whether the ballast is there."""
        room = os.statvfs(self._path.parent)
        if self.there or room.f_bavail * room.f_frsize < _FREE_ENOUGH * self._size:
            return self.there
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, self._size)
        finally:
            os.close(descriptor)
        return True

    def let_go(self) -> None:
        self._path.unlink(missing_ok=True)
