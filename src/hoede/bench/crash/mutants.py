"""The seven mistakes found in peers, each put into a copy of our package: the simulation must catch them all.

A mutant is source edits by the text they replace. Where that text is gone the mutant is refused, so that it
never runs as a copy of nothing.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import hoede
from hoede.core.errors import HoedeError


class AnchorGone(HoedeError):
    """The text that a mutant replaces is not there, or more than once: write the mutant anew."""

    code = "mutant-anchor-gone"


@dataclass(frozen=True, slots=True)
class Edit:
    file: str  # below the package
    anchor: str
    instead: str


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    mistake: str  # as it was found in a peer
    edits: tuple[Edit, ...]


_JOURNEY, _RULES = "flow/report/journey.py", "reporting/rules.py"
_NOTE = (
    "        self.db.commit(lambda tx: self._note(_holding(tx, filing), filing, call, after.saga, reply))\n"
)
_UPLOAD = "                return authority.upload(remote_id, file, self._open(filing, file))\n"
_SUBMIT = "                return authority.submit(request)\n"

MUTANTS = (
    Mutant(
        "id_after_finish",
        "the report's id is kept only after it was finished: a crash in between files it twice",
        (
            Edit(_JOURNEY, _NOTE, f'        if after.saga.state.value == "finished":\n    {_NOTE}'),
            Edit("reporting/store.py", "    save(tx, order_id, saga)\n    call = {", "    call = {"),
        ),
    ),
    Mutant(
        "blind_retries",
        "submit and upload are repeated blindly: evidence lies in the report twice",
        tuple(
            Edit(
                _JOURNEY,
                call,
                "                for _ in range(4):\n                    try:\n"
                f"        {call}"
                f"                    except NoReply:\n                        continue\n{call}",
            )
            for call in (_SUBMIT, _UPLOAD)
        ),
    ),
    Mutant(
        "never_retracts",
        "nothing is ever taken back: failed attempts stay open",
        (
            Edit(
                _JOURNEY,
                "                return authority.retract(remote_id)\n",
                '                return Reply(kind=ReplyKind.DONE, code="0", raw=b"")\n',
            ),
        ),
    ),
    Mutant(
        "once_per_account",
        "whoever was reported lately is not reported again: the second case is lost",
        (
            Edit(
                _JOURNEY,
                '        failpoints.here("report.composed")\n',
                '        failpoints.here("report.composed")\n'
                "        earlier = self.db.read(reports.all_reports)\n"
                "        seen = [self.db.read(lambda conn: orders.view(conn, one.order_id))"
                " for one in earlier if one.finished_at]\n"
                '        mine = claimed.order.values["account"]\n'
                '        if any(one and one.order.id != row.order_id and one.order.values["account"] == mine'
                " for one in seen):\n"
                '            return Done("reported-lately")\n',
            ),
        ),
    ),
    Mutant(
        "gives_up",
        "after ten tries nothing is tried any more",
        (
            Edit(
                "flow/carry_out.py",
                "            case Later(reason, person):\n",
                '            case Later() if claimed.tries >= 9 and claimed.order.by == "authority":\n'
                '                orders.end(tx, claimed, "gave-up")\n'
                "            case Later(reason, person):\n",
            ),
        ),
    ),
    Mutant(
        "preserves_afterwards",
        "that it is preserved is written down first, then it is done: a crash in between loses it",
        (
            Edit(
                "flow/preserve.py",
                "        outcome = seal(",
                "        from hoede.db import orders\n\n"
                '        self.db.commit(lambda tx: orders.end(tx, claimed, "sealed"))\n'
                "        outcome = seal(",
            ),
            Edit(
                "evidence/jobs.py",
                "            orders.renew(tx, claimed) and store.mark_sealed(",
                "            store.mark_sealed(",
            ),
        ),
    ),
    Mutant(
        "removes_first",
        "content is removed before it is preserved: nothing is left to report",
        (
            Edit(
                "db/orders.py",
                "    for former in order.after:\n",
                '    for former in () if order.measure == "remove" else order.after:\n',
            ),
        ),
    ),
)


@contextmanager
def mutated(mutant: Mutant | None) -> Iterator[Path]:
    """A folder with a copy of the package, mutated; None for a copy as it is. Raises `AnchorGone`."""
    with tempfile.TemporaryDirectory(prefix="hoede-mutant-") as folder:
        copy = Path(folder) / "hoede"
        shutil.copytree(Path(hoede.__file__).parent, copy)
        for edit in mutant.edits if mutant else ():
            _apply(copy, edit)
        yield Path(folder)


def _apply(copy: Path, edit: Edit) -> None:
    path = copy / edit.file
    text = path.read_text(encoding="utf-8")
    if text.count(edit.anchor) != 1:
        raise AnchorGone(f"{edit.file}: {edit.anchor.strip()[:60]}", file=edit.file)
    path.write_text(text.replace(edit.anchor, edit.instead), encoding="utf-8")
