"""Heartbeats in, minutes counted, permits that time closes, and what the platform is told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.parts import fresh
from tests.web.api import Api, Said, read
from tests.web.permits import ask, choose, codes, somebody

from hoede.access import Scope, create_key
from hoede.app.rehearsal import SERVICE
from hoede.core.orders import OrderView
from hoede.db import orders
from hoede.flow.beat import GoOn
from hoede.policy import NEVER_CLOSED
from hoede.usage import Used, day_parts, locked, save, several


def beat(account: str, seq: int, mark: str = "on", **more: Any) -> dict[str, Any]:
    return {"account": account, "device": "d-1", "seq": seq, "mark": mark, "kind": "watch"} | more


def send(api: Api, *beats: Any) -> Said:
    return send_raw(api, {"beats": list(beats)})


def send_raw(api: Api, told: Any, api_key: str | None = None) -> Said:
    return read(api.http.post("/v1/heartbeats", json=told, headers=api.headers(None, api_key)))


def minutes(account: str, many: int, first: int = 0) -> list[dict[str, Any]]:
    """What a device says of the last minutes, up to now."""
    at = range(many * 60, -1, -30)
    return [beat(account, first + n, "on" if n else "begin", held_s=held) for n, held in enumerate(at)]


def usage_of(api: Api, account: str) -> Said:
    return read(api.http.get(f"/v1/accounts/{account}/usage", headers=api.headers()))


def time_ups(api: Api, account: str) -> list[OrderView]:
    seen = api.hoede.db.read(orders.views)
    return [one for one in seen if (one.order.measure, one.order.target.id) == ("time_up", account)]


def spent(api: Api, account: str, many: int) -> None:
    """As if so many minutes of today were used; some of it at this very moment."""
    now = int(datetime.now(UTC).timestamp() * 1000)
    last = now // 900_000
    quarters = {last - n: 900_000 for n in range(-(-many // 15))}
    used = Used(quarters=quarters, in_a_row=many * 60_000, used_at=now)
    api.hoede.db.commit(lambda tx: locked(tx, SERVICE, (account,)))
    api.hoede.db.commit(lambda tx: save(tx, SERVICE, {account: used}))
    api.hoede.permits.sides.forget(SERVICE, account)


def never_midnight(api: Api, years: int = 14) -> str:
    """Somebody in a zone where it is about noon, so that a test may run at any time of day."""
    hours = datetime.now(UTC).hour - 12
    return somebody(api, years, zone=f"Etc/GMT{hours:+d}" if hours else "Etc/GMT")


def test_minutes_are_counted_from_heartbeats(api: Api) -> None:
    account = never_midnight(api)

    said = send(api, *minutes(account, 10))

    assert (said.status, said.body["heard"], said.body["closed"]) == (200, {"counted": 21}, [])
    told = usage_of(api, account).body
    assert (told["minutes_today"], told["minutes_allowed"], told["minutes_left"]) == (10, 60, 50)


def test_what_is_sent_again_counts_once(api: Api) -> None:
    account = never_midnight(api)
    for _ in range(2):
        said = send(api, *minutes(account, 10))

    assert said.body["heard"] == {"known": 21}
    assert usage_of(api, account).body["minutes_today"] == 10


def test_an_account_nobody_told_of_is_counted_as_of_unknown_age(api: Api) -> None:
    account = fresh("account")
    send(api, *minutes(account, 10))

    told = usage_of(api, account).body

    assert (told["minutes_today"], told["minutes_allowed"], told["permit"]) == (10, 60, "granted")


def test_when_the_days_time_is_up_permits_say_so_and_when_it_opens(api: Api) -> None:
    account = never_midnight(api)
    spent(api, account, 60)

    said = ask(api, account, "post")

    assert (said.body["permit"], said.body["whom"], codes(said)) == ("ask", "self", ["daily_time"])
    assert said.body["reasons"][0]["text"]["en"] == "Your time for today is up: 60 min."
    opens_at = datetime.fromisoformat(said.body["opens_at"])
    assert timedelta(hours=10) < opens_at - datetime.now(UTC) < timedelta(hours=14)
    assert any(line.startswith("Opens again at 00:00") for line in said.body["now"]["en"])


@pytest.mark.parametrize("attempt", sorted(NEVER_CLOSED))
def test_what_helps_a_child_is_never_closed_by_time(api: Api, attempt: str) -> None:
    account = never_midnight(api)
    spent(api, account, 600)

    assert ask(api, account, attempt).body["permit"] == "granted"


def test_the_platform_is_told_once_a_day_that_time_is_up(api: Api) -> None:
    account = never_midnight(api)
    spent(api, account, 60)
    for seq in range(3):
        said = send(api, beat(account, seq))

    [closed] = said.body["closed"]
    assert (closed["account"], closed["code"], closed["asks"]) == (account, "daily_time", "self")
    [told] = time_ups(api, account)
    assert (told.order.values["code"], told.order.values["opens_at"]) == ("daily_time", closed["opens_at"])


def test_who_goes_on_gets_a_quarter_more_once_for_each_time_they_say_so(api: Api) -> None:
    account, permits = never_midnight(api), api.hoede.permits
    spent(api, account, 60)
    go_on = GoOn(db=api.hoede.db, times=permits.times, zones=permits.zones, forget=permits.sides.forget)

    given = [go_on(SERVICE, account, after=0) for _ in range(2)]

    told = usage_of(api, account).body
    assert given == [True, False]
    assert (told["minutes_allowed"], told["extra_minutes"], told["permit"]) == (75, 15, "granted")


def test_a_break_comes_after_minutes_in_a_row_and_nobody_is_asked(api: Api) -> None:
    account = never_midnight(api)
    choose(api, account, "time.break_every", 20)
    spent(api, account, 30)

    said = ask(api, account, "search")

    assert (said.body["permit"], said.body["whom"], codes(said)) == ("refused", None, ["break"])
    assert said.body["reasons"][0]["text"]["en"].startswith("Time for a break of 5 min.")
    opens_at = datetime.fromisoformat(said.body["opens_at"])
    assert timedelta(minutes=4) < opens_at - datetime.now(UTC) <= timedelta(minutes=5)


def test_away_times_close_it_without_any_pairing(api: Api) -> None:
    account = never_midnight(api)
    choose(api, account, "time.away_windows", ["09:00-16:00"])

    said = send(api, beat(account, 1, "begin"))

    assert [one["code"] for one in said.body["closed"]] == ["away"]


def test_the_evening_screen_closes_nothing(api: Api) -> None:
    account = never_midnight(api)
    choose(api, account, "time.wind_down_at", "12:00")
    afternoon = datetime.now(UTC).minute > 0

    said = send(api, beat(account, 1, "begin"))

    assert said.body["closed"] == []
    assert afternoon is False or said.body["winding_down"] == [account]


def test_after_a_move_the_stricter_day_counts(api: Api) -> None:
    account = never_midnight(api)
    spent(api, account, 60)
    api.put(account, {"country": "NL", "zone": "Pacific/Kiritimati", "age_evidence": []})

    assert usage_of(api, account).body["minutes_today"] == 60


WRONG: list[tuple[Any, str]] = [
    ([], ""),
    ({"beats": [], "more": 1}, ""),
    ({"beats": []}, "beats"),
    ({"beats": [beat("a", 1)] * 1001}, "beats"),
    ({"beats": ["on"]}, "beats.0."),
    ({"beats": [beat("a", 1), beat("a", -1)]}, "beats.1.seq"),
    ({"beats": [beat("a", 2**53)]}, "beats.0.seq"),
    ({"beats": [beat("a", 1) | {"seq": True}]}, "beats.0.seq"),
    ({"beats": [beat("a", 1, "off")]}, "beats.0.mark"),
    ({"beats": [beat("a", 1, kind="reading")]}, "beats.0.kind"),
    ({"beats": [beat("", 1)]}, "beats.0.account"),
    ({"beats": [beat("a", 1, device="d\n")]}, "beats.0.device"),
    ({"beats": [beat("a", 1, held_s=-1)]}, "beats.0.held_s"),
    ({"beats": [beat("a", 1, held_s=86_401)]}, "beats.0.held_s"),
    ({"beats": [beat("a", 1, at="2026-11-26T10:00:00Z")]}, "beats.0.at"),  # nobody's clock but ours
]


@pytest.mark.parametrize(("told", "field"), WRONG)
def test_what_is_wrong_is_named(api: Api, told: Any, field: str) -> None:
    said = send_raw(api, told)

    assert (said.said, said.fields) == ((422, "input-invalid"), [field])


@pytest.mark.parametrize("how", ["post", "get"])
def test_it_needs_a_key_with_the_scope(api: Api, how: str) -> None:
    other = api.hoede.db.commit(
        lambda tx: create_key(
            tx,
            prefix=fresh("p").replace("-", ""),
            secret="s" * 43,
            service=SERVICE,
            scopes=[Scope.PERMITS],
            lasts=timedelta(days=1),
        )
    )
    headers = api.headers(None, other)
    said = (
        send_raw(api, {"beats": [beat("a", 1)]}, other)
        if how == "post"
        else read(api.http.get("/v1/accounts/a/usage", headers=headers))
    )

    assert said.said == (403, "scope-missing")


def test_of_a_device_nothing_is_kept_that_names_it(api: Api) -> None:
    account, device = fresh("account"), fresh("MARKER")
    send(api, beat(account, 1, device=device))

    kept = api.hoede.db.commit(lambda tx: locked(tx, SERVICE, (account,)))[account]

    assert len(kept.devices) == 1
    assert device not in str(kept)


def test_what_was_heard_is_in_the_figures(api: Api) -> None:
    send(api, beat(fresh("account"), 1))

    figures = api.http.get("/metrics").text

    assert 'hoede_heartbeats_total{came="counted"}' in figures


def test_days_that_are_over_become_parts_of_days_when_it_is_tidied(api: Api) -> None:
    account = somebody(api, 14)
    past = int(datetime.now(UTC).timestamp()) // 900 - 4 * 24 * 5
    used = Used(quarters={past: 600_000})
    api.hoede.db.commit(lambda tx: locked(tx, SERVICE, (account,)))
    api.hoede.db.commit(lambda tx: save(tx, SERVICE, {account: used}))

    api.hoede.expire.once()

    since = (datetime.now(UTC) - timedelta(days=10)).date()
    kept = api.hoede.db.read(lambda conn: several(conn, SERVICE, (account,)))[account]
    found = api.hoede.db.read(lambda conn: day_parts(conn, SERVICE, account, "Europe/Amsterdam", since))
    assert (kept.used, list(found.values())) == (Used(), [10])
