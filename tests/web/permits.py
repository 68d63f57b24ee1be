"""Asking for permits in tests, and people of an age to ask about."""

from datetime import date, timedelta
from typing import Any

from tests.parts import fresh
from tests.web.api import Api, Said, read

TODAY = date(2026, 11, 26)
Told = dict[str, Any]


def declared(born: date, as_of: date = date(2026, 11, 20)) -> Told:
    return {
        "method": "self-declared",
        "assurance": "declared",
        "issuer": "plein",
        "as_of": as_of.isoformat(),
        "born": born.isoformat(),
    }


def years_ago(years: int) -> date:
    """A birthday far enough away that the test may run on any day of the year."""
    return date.today() - timedelta(days=round(years * 365.25) + 60)  # noqa: DTZ011 - a day, in no zone


def somebody(api: Api, years: int | None, **more: Any) -> str:
    """A new account in the Netherlands; of None nobody knows the age."""
    account = fresh("account")
    evidence = [] if years is None else [declared(years_ago(years))]
    told = {"country": "NL", "zone": "Europe/Amsterdam", "age_evidence": evidence}
    assert api.put(account, told | more).status == 200
    return account


def ask(api: Api, account: str, attempt: str, **more: Any) -> Said:
    return ask_raw(api, {"account": account, "attempt": attempt, **more})


def ask_raw(api: Api, told: Any, **more: Any) -> Said:
    return read(api.http.post("/v1/permits", json=told, headers=api.headers(**more)))


def answer(api: Api, account: str, attempt: str, **more: Any) -> str:
    """Granted, ask or refused."""
    return str(ask(api, account, attempt, **more).body["permit"])


def codes(said: Said) -> list[str]:
    return [one["code"] for one in said.body["reasons"]]


def policy_of(api: Api, account: str) -> Said:
    return read(api.http.get(f"/v1/accounts/{account}/policy", headers=api.headers()))


def choose(api: Api, account: str, setting: str, step: Any) -> Said:
    path = f"/v1/accounts/{account}/choices/{setting}"
    return read(api.http.put(path, json={"step": step}, headers=api.headers()))
