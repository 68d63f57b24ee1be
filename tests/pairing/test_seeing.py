"""What a guardian may see is a list of fields, and every field is on it. The four promises of disclosure."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Any, get_args, get_type_hints

import pytest
from sqlalchemy import insert
from tests.pairing.scene import SERVICE, TABLES, Scene, done, why

from hoede.accounts.rules import local_date
from hoede.core.orders import Order, Target, TargetKind
from hoede.db import orders
from hoede.flow.pair import Guardian
from hoede.pairing import State, exits, mails
from hoede.pairing.rules import seeing
from hoede.pairing.rules.asking import Kind, Wish
from hoede.pairing.rules.saying import Why
from hoede.pairing.rules.seeing import (
    GUARDIAN_TYPES,
    GuardianSees,
    PartsSeen,
    RestingSeen,
    TeenSeen,
    WeekSeen,
)
from hoede.policy.rules.effective import Who
from hoede.usage.store import DAYS

ALLOWED = {
    "TeenSeen": (
        "link teen since mode version ending_at confirm_by settings changes time counts requests proposals"
        " blocked looks"
    ),
    "RestingSeen": "link words",
    "SettingSeen": "name step who limited_to limit_reason limit_until others",
    "ChangeSeen": "setting by at",
    "PartsSeen": "morning afternoon evening night",
    "WeekSeen": "this_week last_week",
    "CountsSeen": "connections blocks reports public",
    "RequestSeen": "id kind setting wanted about words stands asked_at until offer reason",
    "ProposalSeen": "id by mode steps text at signed_by_teen signed_by_guardian until over look_again_at",
    "LookSeen": "page at",
}
# Parts of names that no field of a guardian's answer may have.
NEVER = {
    *(
        "message",
        "messages",
        "query",
        "search",
        "searches",
        "watch",
        "watched",
        "history",
        "contact",
        "contacts",
    ),
    *("friend", "friends", "follower", "followers", "location", "place", "ip", "address", "helpline", "help"),
    *("case", "cases", "reported", "content", "media", "draft", "drafts", "post", "partner", "evidence"),
    *("account", "email", "mail", "born", "age", "topic", "topics", "counterpart"),
}


def types_in(kind: Any) -> Iterator[type]:
    """Every dataclass that a type is built of."""
    if is_dataclass(kind) and isinstance(kind, type):
        yield kind
        for hint in get_type_hints(kind).values():
            yield from types_in(hint)
    for part in get_args(kind):
        yield from types_in(part)


def test_a_guardians_answer_is_built_of_listed_types_and_fields_only() -> None:
    built = {one for kind in get_args(GuardianSees) for one in types_in(kind)}

    assert built == set(GUARDIAN_TYPES)
    assert {one.__name__: {each.name for each in fields(one)} for one in built} == {
        name: set(names.split()) for name, names in ALLOWED.items()
    }


@pytest.mark.parametrize("kind", GUARDIAN_TYPES, ids=lambda one: one.__name__)
def test_no_field_is_for_what_is_never_disclosed(kind: Any) -> None:
    assert [one.name for one in fields(kind) if not NEVER.isdisjoint(one.name.split("_"))] == []


def test_a_field_for_messages_would_be_noticed() -> None:
    assert NEVER & {"last", "message"}
    assert seeing.TeenSeen in set(types_in(GuardianSees))


def test_every_look_is_there_for_the_teen_to_read(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    for page in ("overview", "time", "overview"):
        scene.clock.advance(timedelta(minutes=1))
        seen = scene.views.guardian_sees(guardian, link.id, page)
    [mine] = scene.views.my_guardians(teen)

    assert [one.page for one in mine.looks] == ["overview", "time", "overview"]
    assert isinstance(seen, TeenSeen)
    assert [(one.page, one.at) for one in seen.looks] == [(one.page, one.at) for one in mine.looks]


def test_a_page_that_is_none_and_a_teen_who_is_not_theirs_show_nothing(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)

    assert scene.views.guardian_sees(guardian, link.id, "messages") is None
    assert scene.views.guardian_sees(scene.guardian("Bo"), link.id, "overview") is None
    assert scene.views.guardian_sees(guardian, "pair_none", "overview") is None
    assert scene.views.my_guardians(teen)[0].looks == ()


def test_before_it_began_a_guardian_sees_nothing(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = done(scene.links.accept_link(guardian, scene.invited(teen).secret))

    assert scene.views.guardian_sees(guardian, link.id, "overview") is None
    assert [(one.teen, one.invited) for one in scene.views.my_teens(guardian)] == [("noor", True)]


def test_a_guardian_sees_settings_their_own_limits_and_questions(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    scene.limit(guardian, link.id, teen, "search.use", "off", reason="exams")
    done(scene.asking.ask(teen, Wish(kind=Kind.LOOSEN, setting="search.use", step="on", words="for school")))
    seen = scene.views.guardian_sees(guardian, link.id, "overview")
    assert isinstance(seen, TeenSeen)

    search = next(one for one in seen.settings if one.name == "search.use")
    assert (search.step, search.limited_to, search.limit_reason) == ("off", "off", "exams")
    assert [one.words for one in seen.requests] == ["for school"]
    assert [(one.setting, one.by) for one in seen.changes] == [("search.use", "guardian")]


def test_a_guardian_never_reads_of_the_other_guardian(scene: Scene) -> None:
    teen, anna, bo = scene.teen(), scene.guardian("Anna"), scene.guardian("Bo")
    hers, his = scene.paired(teen, anna), scene.paired(teen, bo)
    scene.limit(bo, his.id, teen, "search.use", "off", reason="Bo wrote this")
    done(scene.links.stop(teen, his.id))

    seen = repr(scene.views.guardian_sees(anna, hers.id, "overview"))
    assert [part for part in ("Bo", his.id, "end_link") if part in seen] == []


CALL = Wish(kind=Kind.CONTACT, about="dad", words="I do not feel safe with Rob")


def test_a_new_guardian_reads_nothing_that_was_asked_before(scene: Scene) -> None:
    teen, anna = scene.teen(age=16), scene.guardian("Anna", proved=True)
    hers = scene.paired(teen, anna)
    done(scene.asking.decline(anna, done(scene.asking.ask(teen, CALL)).id, "the court said so"))
    open_one = done(scene.asking.ask(teen, Wish(kind=Kind.EXTRA_TIME, step=20, words="mine")))
    done(scene.links.stop(teen, hers.id))
    scene.later(days=30)
    rob = scene.guardian("Rob")
    seen = scene.views.guardian_sees(rob, scene.paired(teen, rob).id, "requests")

    assert isinstance(seen, TeenSeen)
    assert seen.requests == ()
    assert why(scene.asking.decline(rob, open_one.id, "no")) is Why.NOT_NOW
    assert {one.words for one in scene.views.my_requests(teen)} == {CALL.words, "mine"}


def test_of_two_guardians_neither_reads_what_the_other_answered(scene: Scene) -> None:
    teen, anna, bo = scene.teen(age=16), scene.guardian("Anna"), scene.guardian("Bo")
    hers, his = scene.paired(teen, anna), scene.paired(teen, bo)
    asked = done(scene.asking.ask(teen, Wish(kind=Kind.EXTRA_TIME, step=20)))
    done(scene.asking.counter(anna, asked.id, 10, reason="only between us"))

    def read(guardian: Guardian, link: str) -> list[tuple[Any, str]]:
        seen = scene.views.guardian_sees(guardian, link, "requests")
        return [(one.offer, one.reason) for one in seen.requests] if isinstance(seen, TeenSeen) else []

    assert read(anna, hers.id) == [(10, "only between us")]
    assert read(bo, his.id) == [(None, "")]
    assert [(one.offer, one.reason) for one in scene.views.my_requests(teen)] == [(10, "only between us")]


def test_a_weeks_text_tells_only_what_its_guardian_was_asked(scene: Scene) -> None:
    teen, anna, bo = scene.teen(locale="en"), scene.guardian("Anna"), scene.guardian("Bo")
    hers = scene.paired(teen, anna)
    done(scene.asking.ask(teen, CALL))
    scene.clock.advance(timedelta(hours=1))
    his = scene.paired(teen, bo)
    done(scene.links.stop(teen, hers.id))  # a question to her alone
    scene.clock.advance(timedelta(days=6, hours=23))
    weekly = scene.weekly
    while weekly.once():
        pass

    texts = [scene.views.digests(teen, one.id)[0].text for one in (hers, his)]
    assert ["Questions: 2" in texts[0], "Questions" in texts[1]] == [True, False]


def test_a_measure_for_safety_reads_like_the_limit_for_the_age(scene: Scene) -> None:
    teen, guardian = scene.teen(age=16), scene.guardian()
    link = scene.paired(teen, guardian)
    order = Order(
        id="ord_1",
        service=SERVICE,
        cause="case_1",
        measure="restrict_account",
        target=Target(TargetKind.ACCOUNT, teen.account),
        by=TABLES.book.measures["restrict_account"].by,
        values={},
    )
    scene.db.commit(lambda tx: orders.open_order(tx, order))
    scene.sides.forget(SERVICE, teen.account)
    assert Who.SAFETY in {one.who for one in scene.in_force(teen).values()}

    seen = scene.views.guardian_sees(guardian, link.id, "settings")

    assert isinstance(seen, TeenSeen)
    assert {one.who for one in seen.settings} <= {"law", "house", "guardian", "you", "nobody"}


def test_both_read_the_very_same_week(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    scene.limit(guardian, link.id, teen, "search.use", "off")
    scene.clock.advance(timedelta(days=8))
    weekly = scene.weekly
    while weekly.once():
        pass
    weekly.once()
    mine, theirs = scene.views.digests(teen, link.id), scene.views.digests(guardian, link.id)

    assert (mine, len(mine)) == (theirs, 1)
    assert "Zoeken" in mine[0].text  # in the teen's language, to both
    assert scene.views.digests(scene.guardian("Bo"), link.id) == ()
    assert scene.views.digests(scene.teen("sam"), link.id) == ()


def used(scene: Scene, account: str, days_ago: int, **parts: int) -> None:
    """Minutes that were kept of a day, by its parts."""
    day = local_date(scene.db.now(), "Europe/Amsterdam") - timedelta(days=days_ago)
    rows = [
        {
            "service": SERVICE,
            "account": account,
            "day": day.isoformat(),
            "part": part,
            "seconds": minutes * 60,
        }
        for part, minutes in parts.items()
    ]
    scene.db.commit(lambda tx: tx.conn.execute(insert(DAYS), rows))


def test_minutes_are_seen_by_part_of_the_day_and_from_16_on_by_week_only(scene: Scene) -> None:
    teens = [scene.teen("noor"), scene.teen("sam", age=16), scene.teen("kim")]
    guardians = [scene.guardian(name) for name in ("Anna", "Bo", "Cas")]
    links = [scene.paired(*pair) for pair in zip(teens, guardians, strict=True)]
    for teen in teens[:2]:
        used(scene, teen.account, 0, morning=10, evening=25)
        used(scene, teen.account, 7, night=5)
    times = [
        scene.views.guardian_sees(guardian, link.id, "time")
        for guardian, link in zip(guardians, links, strict=True)
    ]

    assert [one.time for one in times if isinstance(one, TeenSeen)] == [
        PartsSeen(morning=10, afternoon=0, evening=25, night=0),
        WeekSeen(this_week=35, last_week=5),
        None,  # none came
    ]


@pytest.mark.parametrize(("age", "tells_part"), [(14, True), (16, False)])
def test_the_weeks_text_tells_minutes(scene: Scene, age: int, *, tells_part: bool) -> None:
    teen, guardian = scene.teen(age=age, locale="en"), scene.guardian()
    link = scene.paired(teen, guardian)
    used(scene, teen.account, 0, morning=70, evening=20)
    used(scene, teen.account, 7, night=5)
    scene.clock.advance(timedelta(days=7))
    weekly = scene.weekly
    while weekly.once():
        pass
    [week] = scene.views.digests(guardian, link.id)

    assert "Time: 1 h 30 min; last week 0 h 5 min" in week.text
    assert ("Most time: morning" in week.text) == tells_part


def test_a_week_is_written_once_whoever_writes_it(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    scene.paired(teen, guardian)
    scene.clock.advance(timedelta(days=8))
    for one in (scene.weekly, scene.weekly):  # two workers
        while one.once():
            pass
    letters = scene.db.read(lambda conn: mails.to(conn, guardian.person))

    assert len([subject for subject, _ in letters if "Jullie week" in subject]) == 1


def test_a_safe_exit_is_on_no_page_of_anybody(scene: Scene) -> None:
    teen, guardian = scene.teen(), scene.guardian()
    link = scene.paired(teen, guardian)
    row = scene.exits.ask(teen, words="marker-of-an-exit", reach=exits.Reach.APP)
    shown = repr([scene.views.guardian_sees(guardian, link.id, "overview"), scene.views.my_guardians(teen)])

    assert [part for part in ("marker-of-an-exit", row.case_id, "exit") if part in shown] == []


def test_what_rests_shows_one_text() -> None:
    assert RestingSeen("pair_1") == RestingSeen("pair_1", "exit.g")


@pytest.mark.parametrize(
    ("proved", "for_days", "assured"),
    [
        (True, None, True),
        (True, 1, False),  # the proof ran out in between
        (False, None, False),
    ],
)
def test_before_the_yes_a_teen_reads_whether_we_checked(
    scene: Scene, *, proved: bool, for_days: int | None, assured: bool
) -> None:
    until = None if for_days is None else scene.clock.now() + timedelta(days=for_days)
    teen, guardian = scene.teen(), scene.guardian(proved=proved, until=until)
    done(scene.links.accept_link(guardian, scene.invited(teen).secret))
    scene.clock.advance(timedelta(days=2))
    [mine] = scene.views.my_guardians(teen)

    assert (mine.state, mine.assured) == (State.ACCEPTED, assured)
