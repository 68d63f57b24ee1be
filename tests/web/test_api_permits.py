"""Asking whether an account may do something now."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from tests.parts import fresh
from tests.web.api import Api
from tests.web.conftest import OpenApi
from tests.web.permits import answer, ask, ask_raw, choose, codes, declared, policy_of, somebody, years_ago

from hoede.access import Scope, create_key
from hoede.accounts.store import ACCOUNTS
from hoede.app.rehearsal import SERVICE
from hoede.core.orders import Order, Target, TargetKind
from hoede.db import orders
from hoede.policy import NEVER_CLOSED


def test_a_refusal_has_a_reason_in_every_language_and_a_guideline(api: Api) -> None:
    said = ask(api, somebody(api, 14), "go_live")

    reason = said.body["reasons"][0]
    assert (said.status, said.body["permit"], reason["code"]) == (200, "refused", "age_live")
    assert reason["values"]["age"] == 16
    assert reason["text"]["nl"] == "Live gaan is voor 16 jaar en ouder."
    assert reason["guideline"] == "live"
    assert said.body["packs"][0].startswith("hoede-baseline@")


def test_a_refusal_says_what_one_can_do_now(api: Api) -> None:
    said = ask(api, somebody(api, 14), "go_live")

    assert said.body["now"]["en"][-1] == "Always open: help, report, block, object, account security."


def test_what_is_granted_has_no_reasons(api: Api) -> None:
    said = ask(api, somebody(api, 30), "go_live")

    assert (said.body["permit"], said.body["reasons"]) == ("granted", [])


def test_an_account_nobody_told_of_is_of_unknown_age(api: Api) -> None:
    assert codes(ask(api, fresh("account"), "go_live")) == ["age_live", "feature_off", "age_unknown"]


def test_the_counterpart_counts_and_is_not_told_of(api: Api) -> None:
    adult, teen = somebody(api, 30), somebody(api, 14)

    said = ask(api, adult, "message", counterpart=teen, relation="friend")

    assert codes(said) == ["contact_age"]
    assert said.body["reasons"][0]["text"]["en"] == "You cannot contact this account."
    assert "hoede" not in str(said.body["reasons"])  # nothing of the other's packs


def test_a_message_to_nobody_known_is_a_message_to_somebody_of_unknown_age(api: Api) -> None:
    assert answer(api, somebody(api, 30), "message") == "refused"


def test_many_are_answered_in_their_order(api: Api) -> None:
    teen, adult = somebody(api, 14), somebody(api, 30)
    attempts = [{"account": one, "attempt": "go_live"} for one in (teen, adult, teen)]

    said = ask_raw(api, {"attempts": attempts})

    assert [one["permit"] for one in said.body["permits"]] == ["refused", "granted", "refused"]


@pytest.mark.parametrize("attempt", sorted(NEVER_CLOSED))
def test_what_helps_a_child_is_never_closed(api: Api, attempt: str) -> None:
    assert answer(api, somebody(api, 10), attempt) == "granted"


WRONG: list[tuple[Any, str]] = [
    ([], ""),
    ({"attempt": "post"}, "account"),
    ({"account": "", "attempt": "post"}, "account"),
    ({"account": "a\n", "attempt": "post"}, "account"),
    ({"account": "a", "attempt": "fly"}, "attempt"),
    ({"account": "a", "attempt": "post", "relation": "enemy"}, "relation"),
    ({"account": "a", "attempt": "post", "counterpart": 7}, "counterpart"),
    ({"account": "a", "attempt": "post", "wanted": "off"}, "wanted"),  # `post` is no setting
    ({"account": "a", "attempt": "dm.send", "wanted": "loudly"}, "wanted"),
    ({"account": "a", "attempt": "post", "at": "2026-11-26"}, "at"),
    ({"account": "a", "attempt": "post", "at": "2026-11-26T10:00:00"}, "at"),  # no zone
    ({"account": "a", "attempt": "post", "at": "2999-01-01T10:00:00Z"}, "at"),
    ({"account": "a", "attempt": "post", "this_month": -1}, "this_month"),
    ({"account": "a", "attempt": "post", "with_guardian": "yes"}, "with_guardian"),
    ({"account": "a", "attempt": "post", "born": "1990-01-01"}, "born"),
    ({"attempts": []}, "attempts"),
    ({"attempts": [{"account": "a", "attempt": "post"}, {"account": "a"}]}, "attempts.1.attempt"),
    ({"attempts": [], "account": "a"}, "attempts"),
]


@pytest.mark.parametrize(("told", "field"), WRONG)
def test_what_is_wrong_is_named(api: Api, told: Any, field: str) -> None:
    said = ask_raw(api, told)

    assert (said.said, said.fields) == ((422, "input-invalid"), [field])


def test_a_body_that_is_no_json_is_refused(api: Api) -> None:
    headers = api.headers() | {"content-type": "application/json"}

    assert api.http.post("/v1/permits", content=b"{", headers=headers).json()["code"] == "body-not-understood"


def test_it_needs_a_key_with_the_scope(api: Api) -> None:
    other = api.hoede.db.commit(
        lambda tx: create_key(
            tx,
            prefix=fresh("p").replace("-", ""),
            secret="s" * 43,
            service=SERVICE,
            scopes=[Scope.EVENTS],
            lasts=timedelta(days=1),
        )
    )

    assert ask_raw(api, {}, api_key="hk_x_y").said == (401, "key-refused")
    assert ask_raw(api, {}, api_key=other).said == (403, "scope-missing")


def test_what_was_told_late_is_answered_as_of_then_too(open_api: OpenApi) -> None:
    """Sixteen for two months: four months ago they were fifteen."""
    api = open_api(policy_packs=["release-2021"])
    teen = somebody(api, 16)
    then = (datetime.now(UTC) - timedelta(days=120)).isoformat()

    assert answer(api, teen, "go_live") == "granted"
    assert codes(ask(api, teen, "go_live", at=then)) == ["age_live"]


def test_a_restriction_refuses_until_it_is_lifted(api: Api) -> None:
    adult = somebody(api, 30)
    before = answer(api, adult, "post")

    open_order(api, adult, "restrict_account")
    restricted = ask(api, adult, "post")
    reads_on, reports_on = answer(api, adult, "search"), answer(api, adult, "report")
    open_order(api, adult, "lift")

    assert (before, codes(restricted), reads_on, reports_on) == (
        "granted",
        ["restricted"],
        "granted",
        "granted",
    )
    assert answer(api, adult, "post") == "granted"


def test_a_closed_account_may_only_do_what_is_never_closed(api: Api) -> None:
    adult = somebody(api, 30)

    open_order(api, adult, "close_account")

    assert [answer(api, adult, one) for one in ("post", "search", "use", "appeal")] == [
        "refused",
        "refused",
        "refused",
        "granted",
    ]


def open_order(api: Api, account: str, measure: str) -> None:
    order = Order(
        id=fresh("ord"),
        service=SERVICE,
        cause="dec_1",
        measure=measure,
        target=Target(TargetKind.ACCOUNT, account),
        by="platform",
    )
    api.hoede.db.commit(lambda tx: orders.open_order(tx, order))


def test_where_nothing_can_be_read_it_is_closed_but_for_help(open_api: OpenApi) -> None:
    api = open_api()
    adult = somebody(api, 30)
    assert answer(api, adult, "post") == "granted"
    api.hoede.db.commit(lambda tx: tx.conn.execute(text("UPDATE account SET age_evidence = 'broken'")))
    api.hoede.permits.sides.forget_all()

    assert codes(ask(api, adult, "post")) == ["check_failed"]
    assert answer(api, adult, "report") == "granted"


def test_after_a_birthday_it_is_an_offer_until_one_chooses(api: Api) -> None:
    """Known since they were 14, and 16 now: what 16 allows is asked of themselves."""
    teen = somebody(api, 16)
    long_ago = datetime.now(UTC) - timedelta(days=800)
    was_known(api, teen, long_ago)
    friend = somebody(api, 17)

    offered = ask(api, teen, "message", counterpart=friend, relation="friend")
    chosen = choose(api, teen, "dm.send", "connections")

    assert (offered.body["permit"], offered.body["whom"], codes(offered)) == ("ask", "self", ["birthday"])
    assert chosen.status == 200
    assert answer(api, teen, "message", counterpart=friend, relation="friend") == "granted"


def was_known(api: Api, account: str, since: datetime) -> None:
    moved = update(ACCOUNTS).where(ACCOUNTS.c.id == account).values(age_known_at=since)
    api.hoede.db.commit(lambda tx: tx.conn.execute(moved))
    api.hoede.permits.sides.forget_all()


def test_who_is_told_of_anew_is_answered_anew_at_once(api: Api) -> None:
    account = somebody(api, None)
    before = answer(api, account, "go_live")

    api.put(account, {"country": "NL", "age_evidence": [declared(years_ago(30))]})

    assert (before, answer(api, account, "go_live")) == ("refused", "granted")


def test_what_is_in_force_is_told_with_who_decided(api: Api) -> None:
    found = policy_of(api, somebody(api, 14)).body

    mine = found["settings"]["dm.send"]
    assert (found["age_band"], found["age_known"]) == ("13-15", True)
    assert (mine["step"], mine["limit"], mine["who"], mine["loosen"]) == ("none", "none", "house", None)
    assert mine["reasons"][0]["source"].startswith("docs/sources.md#")


def test_a_choice_counts_at_the_next_permit(api: Api) -> None:
    adult = somebody(api, 30)
    before = answer(api, adult, "search")

    chosen = choose(api, adult, "search.use", "off")

    assert (before, chosen.status, chosen.body["who"]) == ("granted", 200, "you")
    assert codes(ask(api, adult, "search")) == ["search_off"]


def test_a_choice_can_be_let_go(api: Api) -> None:
    adult = somebody(api, 30)
    choose(api, adult, "search.use", "off")

    choose(api, adult, "search.use", None)

    assert answer(api, adult, "search") == "granted"


def test_a_start_can_be_loosened_up_to_the_limit_by_oneself(api: Api) -> None:
    teen = somebody(api, 14)

    said = choose(api, teen, "account.visibility", "public")

    assert (said.status, said.body["step"]) == (200, "public")


def test_what_may_not_be_chosen_is_refused_with_reasons(api: Api) -> None:
    teen = somebody(api, 14)

    said = choose(api, teen, "live.host", "on")

    assert said.said == (409, "choice-refused")
    assert said.body["permit"]["reasons"][0]["code"] == "age_live"
    assert policy_of(api, teen).body["settings"]["live.host"]["step"] == "off"


WRONG_CHOICES = [
    ("dm.send", "loudly", (422, "input-invalid")),
    ("dm.sing", "off", (404, "setting-unknown")),
    ("help", "off", (404, "setting-unknown")),  # can never be closed
]


@pytest.mark.parametrize(("setting", "step", "said"), WRONG_CHOICES)
def test_a_choice_that_is_none_is_refused(api: Api, setting: str, step: str, said: tuple[int, str]) -> None:
    assert choose(api, somebody(api, 14), setting, step).said == said
