"""Policy works without a server: it imports nothing beyond the standard library and numpy."""

import subprocess
import sys

SCRIPT = """
import sys
from datetime import UTC, date, datetime
before = set(sys.modules)
from hoede.policy import Attempt, Policy, born_side, decide, shipped_pack, shipped_vocabulary
policy = Policy(shipped_vocabulary(), (shipped_pack("hoede-baseline"),))
now = datetime(2026, 11, 26, 12, tzinfo=UTC)
print(decide(policy, born_side(date(2012, 1, 1), now), Attempt(what="go_live"), now).answer)
new = {name.split(".")[0] for name in set(sys.modules) - before}
new = {name for name in new if not name.startswith("_sysconfigdata")}  # of the interpreter itself
print(*sorted(new - set(sys.stdlib_module_names) - {"hoede", "numpy"}))
print(*sorted(name for name in sys.modules if name.startswith("hoede.") and name.count(".") == 1))
"""


def test_a_permit_needs_the_standard_library_and_numpy_only() -> None:
    command = [sys.executable, "-I", "-c", SCRIPT]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own script
    assert ran.stdout.splitlines() == ["refused", "", "hoede.core hoede.policy"]
