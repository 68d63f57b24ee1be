"""Policy for who works on it: what is in force and why, what a version changes, and two people's yes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from starlette.responses import RedirectResponse, Response

from hoede.access import Permission
from hoede.db import Database
from hoede.flow.change_policy import ChangePolicy
from hoede.policy import Pack, PackError, PolicyError, Vocabulary, shipped_ids
from hoede.policy.rules.differences import Difference, differences
from hoede.policy.rules.versions import By, State, Version, Via, in_force_at, newest, state_of
from hoede.policy.rules.wording import say_pack
from hoede.policy.shadow import SHOWN_FROM, changed_answers, counts_of
from hoede.policy.shipped import shipped_text
from hoede.policy.store import all_versions
from hoede.policy.versions import VersionUnknown, find
from hoede.web.console.desk import name_of
from hoede.web.console.frame import show, words_of
from hoede.web.session import Doors
from hoede.web.visits import Menu, Visit

POLICY = "/console/policy"
SHOWN_VERSIONS = 50
SHOWN_COUNTS = 40


@dataclass(frozen=True, slots=True)
class Changed:
    """What a version does with one pack."""

    id: str
    how: str  # new, gone or other
    rows: tuple[Difference, ...] = ()


def open_doors(doors: Doors, change: ChangePolicy) -> None:
    at, sees, changes = Policies(change), Permission.POLICY_SEE, Permission.POLICY_CHANGE
    one = f"{POLICY}/{{id}}"
    doors.get(POLICY, at.page, needs=sees, name="policy", menu=Menu("law", "console.policy.title"))
    doors.get(f"{POLICY}/new", at.new, needs=changes, name="policy-new")
    doors.post(f"{POLICY}/new", at.propose, needs=changes, name="policy-propose", back=f"{POLICY}/new")
    doors.get(f"{POLICY}/back", at.ask_back, needs=changes, name="policy-back")
    doors.post(f"{POLICY}/back", at.roll_back, needs=changes, name="policy-rollback", back=f"{POLICY}/back")
    doors.get(one, at.version, needs=sees, name="policy-version")
    doors.get(f"{one}/packs/{{link}}", at.pack, needs=sees, name="policy-pack")
    doors.post(f"{one}/agree", at.agree, needs=changes, name="policy-agree", back=POLICY)
    doors.post(f"{one}/shadow", at.shadow, needs=changes, name="policy-shadow", back=POLICY)
    doors.post(f"{one}/unshadow", at.end_shadow, needs=changes, name="policy-unshadow", back=POLICY)
    doors.post(f"{one}/withdraw", at.withdraw, needs=changes, name="policy-withdraw", back=POLICY)


@dataclass(frozen=True, slots=True)
class Policies:
    change: ChangePolicy

    @property
    def db(self) -> Database:
        return self.change.db

    def page(self, visit: Visit) -> Response:
        """What is in force with its packs, and every version, the newest first."""
        versions = self.db.read(all_versions)
        live = in_force_at(versions, visit.now)
        return show(
            visit,
            "console/policy.html",
            live=live,
            packs=self.change.packs_of(live.number) if live else (),
            versions=[(one, state_of(one, versions, visit.now)) for one in versions[::-1][:SHOWN_VERSIONS]],
            unconfirmed=next((one for one in versions if one.unconfirmed), None),
            names=self._names(versions),
            changes=Permission.POLICY_CHANGE in visit.may,
        )

    def version(self, visit: Visit) -> Response:
        """One version, what it changes, and what may be done with it."""
        versions = self.db.read(all_versions)
        version = find(versions, number_of(visit))
        counts = self.db.read(lambda conn: counts_of(conn, version.number))
        return show(
            visit,
            "console/policy_version.html",
            version=version,
            state=state_of(version, versions, visit.now),
            changed=list(self._changed(version)),
            counts=changed_answers(counts)[:SHOWN_COUNTS],
            hidden=counts.hidden,
            least=SHOWN_FROM,
            names=self._names((version,)),
            may=_may(visit, version, state_of(version, versions, visit.now)),
        )

    def pack(self, visit: Visit) -> Response:
        """What one pack of a version says about itself, and its text."""
        number, name = number_of(visit), str(visit.request.path_params["link"])
        pack, text = self.change.pack_of(number, name)
        return show(
            visit,
            "console/policy_pack.html",
            number=number,
            pack=pack,
            text=text,
            said=say_pack(words_of(visit), pack),
        )

    def new(self, visit: Visit) -> Response:
        """The form of a proposal; asked for a passkey before anything is typed."""
        return self._form(visit)

    def propose(self, visit: Visit) -> Response:
        """A proposal; what is wrong with its packs is said by line, and what was typed stays."""
        body = visit.body
        typed = body.one("pack").strip("\n")
        texts = [shipped_text(name) for name in body.fields.get("shipped", ())]
        texts += [typed + "\n"] if typed.strip() else []
        try:
            draft = self.change.draft(texts, body.fields.get("without", ()))
        except PackError as error:
            return self._form(visit, problems=[str(one) for one in error.problems])
        except PolicyError as error:
            return self._form(visit, problems=[error.detail])
        day = _day(body.one("day"))
        if day is None and body.one("day"):
            return self._form(visit, problems=[words_of(visit).say("console.policy.day.unfit")])
        version = self.change.propose(draft, why=body.one("why"), day=day, by=_by(visit))
        return RedirectResponse(f"{POLICY}/{version.number}", 303)

    def ask_back(self, visit: Visit) -> Response:
        """What a rollback would do, before it is done."""
        earlier = self.change.before_live()
        return show(visit, "console/policy_back.html", earlier=earlier)

    def roll_back(self, visit: Visit) -> Response:
        done = self.change.roll_back(why=visit.body.one("why"), by=_by(visit))
        return RedirectResponse(f"{POLICY}/{done.version.number}", 303)

    def agree(self, visit: Visit) -> Response:
        return _to(self.change.agree(number_of(visit), by=_by(visit)))

    def shadow(self, visit: Visit) -> Response:
        return _to(self.change.shadow(number_of(visit), by=_by(visit)))

    def end_shadow(self, visit: Visit) -> Response:
        return _to(self.change.end_shadow(number_of(visit), by=_by(visit)))

    def withdraw(self, visit: Visit) -> Response:
        return _to(self.change.withdraw(number_of(visit), why=visit.body.one("why"), by=_by(visit)))

    def _form(self, visit: Visit, *, problems: list[str] | None = None) -> Response:
        base = newest(self.db.read(all_versions))
        standing = self.change.packs_of(base.number) if base else ()
        ids = {one.id for one in standing}
        return show(
            visit,
            "console/policy_new.html",
            status=422 if problems else 200,
            standing=standing,
            shipped=[name for name in shipped_ids() if name not in ids],
            problems=problems or [],
            given=visit.body,
            today=visit.now.date(),
        )

    def _changed(self, version: Version) -> Iterator[Changed]:
        before = self._by_id(version.base) if version.base else {}
        return changed_packs(before, self._by_id(version.number), self.change.vocabulary)

    def _by_id(self, number: int) -> dict[str, Pack]:
        return {one.id: one for one in self.change.packs_of(number)}

    def _names(self, versions: tuple[Version, ...]) -> dict[str, str]:
        """What those who did something are called."""
        people = {
            who for one in versions for who in (one.proposed_by, one.agreed_by, one.withdrawn_by) if who
        }
        return self.db.read(lambda conn: {who: name_of(conn, who) for who in people})


def changed_packs(
    before: Mapping[str, Pack], after: Mapping[str, Pack], vocabulary: Vocabulary
) -> Iterator[Changed]:
    """Pack by pack what differs; nothing for what stays as it is."""
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield Changed(name, "gone")
        elif name not in before:
            yield Changed(name, "new")
        elif before[name].hash != after[name].hash:
            yield Changed(name, "other", differences(before[name], after[name], vocabulary))


def _may(visit: Visit, version: Version, state: State) -> frozenset[str]:
    """Which buttons there are; the steps themselves refuse what may not be."""
    if Permission.POLICY_CHANGE not in visit.may:
        return frozenset()
    other, waits = visit.person.id != version.proposed_by, version.waits or version.unconfirmed
    open_ = state in {State.PROPOSED, State.SHADOW, State.PLANNED}
    can = {
        "agree": waits and other,
        "wait": waits and not other,
        "withdraw": open_ or (version.unconfirmed and other),
        "shadow": version.shadow_at is None and state in {State.PROPOSED, State.PLANNED},
        "unshadow": version.in_shadow_at(visit.now),
    }
    return frozenset(name for name, is_so in can.items() if is_so)


def number_of(visit: Visit) -> int:
    """Which version the address is of; `VersionUnknown` for what is no number."""
    text = str(visit.request.path_params["id"])
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 - a database counts no further
        raise VersionUnknown
    return int(text)


def _day(told: str) -> date | None:
    try:
        return datetime.strptime(told, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, in UTC
    except ValueError:
        return None


def _by(visit: Visit) -> By:
    return By(visit.person.id, Via.CONSOLE)


def _to(version: Version) -> Response:
    return RedirectResponse(f"{POLICY}/{version.number}", 303)
