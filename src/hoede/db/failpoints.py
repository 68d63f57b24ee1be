"""Named places where a test may end the process. Outside a test run they do nothing at all.

Nothing in the package arms them: only code that imports this module and calls `arm` can,
and the crash bench is the only code of ours that does. `serve` refuses to start armed
with a production authority (see `app`).
"""

from collections.abc import Callable

# Every name, in the order of the journey; the harness must hit each of them.
NAMES = (
    "intake.written",  # the encrypted copy is in the intake folder, nothing is committed
    "commit.before",  # every step of the group ran, the transaction is open
    "commit.after",  # durable, no caller knows yet
    "answer.before",  # the answer to an event is ready, not sent
    "claim.after",  # a worker holds an order, nothing is done
    "job.after",  # an order's job ran, its end is not written
    "seal.manifest",  # the manifest is there, the object still in the intake folder
    "seal.moved",  # the object is in its place, the row still says intake
    "platform.sent",  # the platform took the order, we have not noted it
    "report.composed",  # the draft is saved
    "report.before_call",  # a call to the authority is announced in our rows, not made
    "report.after_call",  # the authority answered, we have not noted it
    "receipt.before",  # the platform's receipt is read, not noted
    "number.before",  # leaves are about to be numbered
)

# Those of what follows when a time is over; the simulation strikes them, the kill harness waits for no time.
LATER = (
    "expire.destroyed",  # keys are destroyed and the log says so, the objects still lie there
    "erase.step",  # some rows of an account are gone, their copies still lie there
)

# Those of commands that operate it, which have kill tests of their own (tests/app/test_operating_kills.py).
OPERATING = (
    "rotate.made",  # the successor of the vault's key lies in the folder, nobody knows it
    "rotate.known",  # the database knows it
    "rotate.placed",  # it wraps from now on
    "rotate.wrapped",  # a step of wrapping anew is durable
    "rotate.retired",  # the old key wraps nothing and is still in the folder
    "rotate.log_made",  # the successor of the log's key lies in the folder
    "rotate.log_known",  # the change is signed and durable, the folder still names the old key
    "backup.rows",  # all rows are copied, no object is
    "backup.object",  # an object is copied
    "backup.before_manifest",  # everything is there but the manifest
    "restore.marked",  # the folder is marked as half restored, and empty but for that
    "restore.object",  # an object is copied
    "restore.rows",  # the rows are durable, the mark is still there
)

_act: Callable[[str], None] | None = None


def here(name: str) -> None:
    """Pass a failpoint."""
    if _act is not None:
        _act(name)


def arm(act: Callable[[str], None]) -> None:
    """Let `act` decide at every failpoint. Test runs only."""
    global _act  # noqa: PLW0603 - one process, one harness
    _act = act


def disarm() -> None:
    """Nobody decides any more."""
    global _act  # noqa: PLW0603 - likewise
    _act = None


def armed() -> bool:
    return _act is not None
