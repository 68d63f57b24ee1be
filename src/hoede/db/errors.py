"""What can go wrong with a database, in words a caller can act on."""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, ENOSPC

from hoede.core.errors import HoedeError


class DatabaseBusy(HoedeError):
    """The database is locked by somebody else; nothing was written. Try again in a moment."""

    code = "database-busy"


class DatabaseUnavailable(HoedeError):
    """The database did not answer; whether it was written is not known. Ask again under the same id."""

    code = "database-unavailable"


class DiskFull(HoedeError):
    """The disk is full; nothing was written. Free space, then try again."""

    code = "disk-full"


@contextmanager
def naming_a_full_disk() -> Iterator[None]:
    """Raise `DiskFull` where our own file calls meet a full disk or quota; other errors as they are."""
    try:
        yield
    except OSError as error:
        if error.errno in {ENOSPC, EDQUOT}:
            raise DiskFull from error
        raise


class SchemaOutdated(HoedeError):
    """The database is not at this version's schema. Run `hoede migrate`."""

    code = "schema-outdated"
