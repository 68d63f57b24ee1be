"""Making and using passkeys on either database, also when two requests or two processes do it at once."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from tests.databases import KEY, Databases
from tests.parts import fresh
from tests.web.passkeys import URL, Authenticator

from hoede.access import Ceremonies, RelyingParty, Session, all_people, parse_roles, staff
from hoede.access.invitations import CodeRefused, LinkRefused, give_link, keep_codes, new_codes, recover
from hoede.access.jobs import end_all_sign_ins
from hoede.access.passkeys import passkeys_of
from hoede.access.people import PersonKind, add_person, find_person, history, note
from hoede.access.sessions import open_session, session_of
from hoede.access.webauthn_check import AddressUnfit, PasskeyRefused
from hoede.core.errors import HoedeError
from hoede.db import Database, Transaction

ROLES = parse_roles((files("hoede") / "access" / "roles.toml").read_text(encoding="utf-8"))
TOGETHER = 8
LONG_ENOUGH_S = 0.5  # for a step that does not wait to be done
Act = Callable[[Database, int], object]
Step = Callable[[Transaction], object]


def ceremonies(db: Database) -> Ceremonies:
    return Ceremonies(db=db, party=RelyingParty.at(URL), new_id=fresh, random=secrets.token_bytes)


def invite(db: Database, *roles: str) -> tuple[str, str]:
    person, link = fresh("per"), fresh("link")
    held = roles or ("judge",)
    db.commit(lambda tx: staff.add(tx, person, link, name="Mira", roles=held, language="en", by="x"))
    return person, link


def join(db: Database) -> tuple[Authenticator, str]:
    """Somebody new with a passkey: the device, and their session's cookie."""
    with_us, device, link = ceremonies(db), Authenticator(), invite(db)[1]
    answer = device.make(with_us.ask_to_make(link, with_us.invited(link)))
    return device, with_us.join(answer, link)


def session(db: Database, cookie: str) -> Session | None:
    return db.read(lambda conn: session_of(conn, cookie, db.time(conn)))


def signed_in(db: Database, cookie: str) -> Session:
    found = session(db, cookie)
    assert found is not None
    return found


def went(act: Act, db: Database, number: int) -> str:
    """How it ended: the code of a refusal, or `well`."""
    try:
        act(db, number)
    except HoedeError as error:
        return error.code
    return "well"


@pytest.fixture
def pair(databases: Databases, kind: str, tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """Two processes' doors to one database."""
    url = databases.lend(kind, tmp_path)
    both = Database(url, key=KEY), Database(url, key=KEY)
    yield both
    for one in both:
        one.close()
    databases.take_back(url)


def at_once(pair: tuple[Database, Database], act: Act) -> list[str]:
    """What came of doing it several times at once, half of them in either process."""
    with ThreadPoolExecutor(TOGETHER) as pool:
        return sorted(pool.map(lambda number: went(act, pair[number % 2], number), range(TOGETHER)))


def test_somebody_joins_and_signs_in_and_uses_the_passkey_anew(db: Database) -> None:
    device, cookie = join(db)
    with_us = ceremonies(db)
    again = with_us.sign_in(device.use(with_us.ask_to_use("visit")), "visit")
    first, second = signed_in(db, cookie), signed_in(db, again)
    assert (first.person, first.id != second.id) == (second.person, True)
    anew = with_us.step_up(device.use(with_us.ask_to_use(second.id, second.person)), second.id, second)
    assert (signed_in(db, anew).id, session(db, again)) == (second.id, None)


def test_signing_in_anew_ends_the_session_this_browser_had(db: Database) -> None:
    device, cookie = join(db)
    with_us, former = ceremonies(db), signed_in(db, cookie)
    again = with_us.sign_in(device.use(with_us.ask_to_use("visit")), "visit", former)
    assert (session(db, cookie), signed_in(db, again).person) == (None, former.person)


def test_a_link_that_many_open_at_once_makes_one_passkey(pair: tuple[Database, Database]) -> None:
    person, link = invite(pair[0])
    with_us = ceremonies(pair[0])
    answers = [
        Authenticator().make(with_us.ask_to_make(link, with_us.invited(link))) for _ in range(TOGETHER)
    ]
    said = at_once(pair, lambda db, number: ceremonies(db).join(answers[number], link))
    assert said == [LinkRefused.code] * (TOGETHER - 1) + ["well"]
    assert len(pair[0].read(lambda conn: passkeys_of(conn, person))) == 1


def test_an_answer_that_is_sent_many_times_at_once_signs_in_once(pair: tuple[Database, Database]) -> None:
    device, _ = join(pair[0])
    answer = device.use(ceremonies(pair[0]).ask_to_use("visit"))
    said = at_once(pair, lambda db, _number: ceremonies(db).sign_in(answer, "visit"))
    assert said == [PasskeyRefused.code] * (TOGETHER - 1) + ["well"]


def test_a_code_that_is_sent_many_times_at_once_works_once(pair: tuple[Database, Database]) -> None:
    person, _ = invite(pair[0])
    codes = new_codes(secrets.token_bytes)
    pair[0].commit(lambda tx: keep_codes(tx, person, codes))
    said = at_once(pair, lambda db, number: db.commit(lambda tx: recover(tx, codes[0], f"{person}-{number}")))
    assert said == [CodeRefused.code] * (TOGETHER - 1) + ["well"]


def test_of_two_administrators_who_keep_each_other_out_in_two_processes_one_stays(
    pair: tuple[Database, Database],
) -> None:
    people = [invite(pair[0], "administrator")[0] for _ in range(TOGETHER)]

    def out(db: Database, number: int) -> object:
        return db.commit(lambda tx: staff.disable(tx, people[number], ROLES, by="x"))

    assert at_once(pair, out) == [staff.LastAdministrator.code] + ["well"] * (TOGETHER - 1)
    stayed = [one for one in pair[1].read(all_people) if not one.is_disabled]
    assert len(stayed) == 1


def while_open(pair: tuple[Database, Database], first: Step, second: Step) -> tuple[bool, str]:
    """Whether the other process waits as long as the first step is not committed, and how it ends then."""
    near, far = pair
    with ThreadPoolExecutor(1) as other:
        waiting: list[Future[str]] = []

        def step(tx: Transaction) -> bool:
            first(tx)
            waiting.append(other.submit(went, lambda db, _number: db.commit(second), far, 0))
            return not wait(waiting, LONG_ENOUGH_S).done

        return near.commit(step), waiting[0].result()


def test_who_keeps_an_administrator_out_waits_for_who_keeps_out_the_other(
    pair: tuple[Database, Database],
) -> None:
    one, other = (invite(pair[0], "administrator")[0] for _ in range(2))
    went_then = while_open(
        pair,
        lambda tx: staff.disable(tx, one, ROLES, by="x"),
        lambda tx: staff.disable(tx, other, ROLES, by="x"),
    )
    assert went_then == (True, staff.LastAdministrator.code)


def test_two_changes_of_one_person_follow_one_another(pair: tuple[Database, Database]) -> None:
    person, _ = invite(pair[0])
    went_then = while_open(
        pair,
        lambda tx: note(tx, person, "codes.made", by="x"),
        lambda tx: note(tx, person, "code.used", by="x"),
    )
    seen = [change.act for change in pair[0].read(lambda conn: history(conn, person, 2))]
    assert (went_then, seen) == ((True, "well"), ["code.used", "codes.made"])


def test_who_is_kept_out_while_the_passkey_is_checked_is_not_signed_in(db: Database) -> None:
    device, cookie = join(db)
    person = signed_in(db, cookie).person.id

    def out(size: int) -> bytes:
        """The cookie is drawn after the check and before the session: that is when somebody is quicker."""
        db.commit(lambda tx: staff.disable(tx, person, ROLES, by="x"))
        return secrets.token_bytes(size)

    with_us = ceremonies(db)
    answer = device.use(with_us.ask_to_use("visit"))
    with pytest.raises(PasskeyRefused):
        replace(with_us, random=out).sign_in(answer, "visit")
    assert session(db, cookie) is None


def test_what_ended_meanwhile_is_not_used_and_nothing_is_added(db: Database) -> None:
    device, cookie = join(db)
    with_us, was = ceremonies(db), signed_in(db, cookie)
    used = device.use(with_us.ask_to_use(was.id, was.person))
    db.commit(lambda tx: staff.sign_out(tx, was.person.id, by="x"))
    with pytest.raises(PasskeyRefused):
        with_us.step_up(used, was.id, was)
    made = Authenticator().make(with_us.ask_to_make(was.id, was.person))
    db.commit(lambda tx: staff.disable(tx, was.person.id, ROLES, by="x"))
    with pytest.raises(PasskeyRefused):
        with_us.add(made, was.id, was.person)
    assert db.read(lambda conn: passkeys_of(conn, was.person.id)) == ()


def test_after_a_restore_nobody_is_signed_in_and_no_link_works(db: Database) -> None:
    device, cookie = join(db)
    _, link = invite(db)
    db.commit(end_all_sign_ins)
    assert session(db, cookie) is None
    with pytest.raises(LinkRefused):
        ceremonies(db).invited(link)
    with_us = ceremonies(db)
    assert session(db, with_us.sign_in(device.use(with_us.ask_to_use("visit")), "visit")) is not None


STRANGE = ["", "\0", "a\0", "\ud800", "\N{HEDGEHOG}", "a b", "a+b", "a" * 1401, None, 7, ["a"], {"a": 1}]


@pytest.mark.parametrize("name", STRANGE, ids=repr)
def test_a_name_that_is_no_base64url_is_refused_before_a_database_is_asked(
    db: Database, name: object
) -> None:
    device, _ = join(db)
    with_us = ceremonies(db)
    options = with_us.ask_to_use("visit")
    with pytest.raises(PasskeyRefused):
        with_us.sign_in(device.use(options) | {"id": name}, "visit")
    with pytest.raises(PasskeyRefused):
        with_us.sign_in(device.use(options | {"challenge": name}), "visit")


def test_the_options_name_nobody_who_signs_in_and_want_them_recognised(db: Database) -> None:
    options = ceremonies(db).ask_to_use("visit")
    assert (options["rpId"], options["allowCredentials"]) == ("hoede.example", [])
    assert options["userVerification"] == "required"


def test_each_challenge_is_another(db: Database) -> None:
    asked = {ceremonies(db).ask_to_use("visit")["challenge"] for _ in range(20)}
    assert (len(asked), {len(one) for one in asked}) == (20, {43})


def test_a_guardians_link_and_session_count_for_guardians_only(db: Database) -> None:
    person, link, cookie, kind = fresh("per"), fresh("link"), fresh("cookie"), PersonKind.GUARDIAN
    db.commit(lambda tx: add_person(tx, person, name="Anna", roles=(), language="en", by=person, kind=kind))
    db.commit(lambda tx: give_link(tx, link, person, timedelta(hours=1)))
    db.commit(lambda tx: open_session(tx, fresh("ses"), cookie, person))
    theirs = replace(ceremonies(db), kind=kind)

    assert theirs.invited(link).id == person
    with pytest.raises(LinkRefused):
        ceremonies(db).invited(link)
    found = db.read(lambda conn: session_of(conn, cookie, db.time(conn), kind))
    assert found is not None
    assert (found.person.id, session(db, cookie)) == (person, None)
    assert db.read(all_people) == ()


def test_an_invitation_of_who_is_not_there_any_more_is_none(db: Database) -> None:
    person, link = invite(db)
    assert db.read(lambda conn: find_person(conn, person)) == ceremonies(db).invited(link)
    db.commit(lambda tx: tx.conn.exec_driver_sql("UPDATE person SET disabled_at = 1"))
    with pytest.raises(LinkRefused):
        ceremonies(db).invited(link)


@pytest.mark.parametrize(
    ("url", "party"),
    [
        ("https://hoede.example", RelyingParty("hoede.example", "https://hoede.example")),
        ("https://hoede.example/", RelyingParty("hoede.example", "https://hoede.example")),
        ("https://hoede.example:8443/x", RelyingParty("hoede.example", "https://hoede.example:8443")),
        ("http://localhost:8400", RelyingParty("localhost", "http://localhost:8400")),
    ],
)
def test_passkeys_are_made_for_the_host_of_our_address(url: str, party: RelyingParty) -> None:
    made = RelyingParty.at(url)
    made.refuse_unfit()
    assert made == party


@pytest.mark.parametrize(
    "url", ["http://hoede.example", "http://127.0.0.1:8400", "ftp://x", "", "http://[::1]"]
)
def test_an_address_where_no_browser_makes_passkeys_is_refused(url: str) -> None:
    with pytest.raises(AddressUnfit):
        RelyingParty.at(url).refuse_unfit()
