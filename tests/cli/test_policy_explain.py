"""`hoede policy explain`: for each reader, in both languages, and what it refuses to guess."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from hoede.cli import app

RELEASE = ("--packs", "release-2021")


def run(*words: str) -> tuple[int, str]:
    ran = CliRunner().invoke(app, ["policy", "explain", *words])
    return ran.exit_code, ran.output


def told(*words: str) -> dict[str, Any]:
    code, out = run(*words, "--json")
    assert code == 0, out
    answer: dict[str, Any] = json.loads(out)
    return answer


def test_an_answer_names_reasons_guidelines_and_packs() -> None:
    answer = told(*RELEASE, "--band", "13-15", "--attempt", "dm.send")
    assert (answer["permit"], answer["guidelines"]) == ("refused", ["messages"])
    assert [one["code"] for one in answer["reasons"]] == ["age_dm"]
    assert answer["packs"][0].startswith("release-2021@1.0.0+")
    assert answer["now"][-1] == "Always open: help, report, block, object, account security."


def test_a_setting_names_step_limit_start_and_who_may_open_it() -> None:
    answer = told("--packs", "hoede-baseline", "--band", "13-15", "--setting", "account.suggest_to_others")
    assert {key: answer[key] for key in ("step", "limit", "start", "who", "loosen")} == {
        "step": "off",
        "limit": "mutuals",
        "start": "off",
        "who": "house",
        "loosen": "self",
    }


@pytest.mark.parametrize(
    ("reader", "says"),
    [
        ("teen", "Privéberichten zijn voor 16 jaar en ouder."),
        ("guardian", "Geen privéberichten onder de 16. Niemand kan dit aanzetten, ook jij niet."),
        ("moderator", "Onder 16: mag niet (grens van de leeftijdsgroep)."),
    ],
)
def test_each_reader_gets_words_of_their_own_in_their_language(reader: str, says: str) -> None:
    code, out = run(*RELEASE, "--band", "13-15", "--attempt", "dm.send", "--as", reader, "--lang", "nl")
    assert code == 0
    assert says in out.splitlines()


def test_the_other_side_stays_unseen_by_who_writes_and_is_seen_by_a_moderator() -> None:
    words = ("--packs", "hoede-baseline", "--born", "1990-01-01", "--attempt", "message")
    other = ("--counterpart-born", "2012-06-01", "--relation", "mutual", "--at", "2026-11-26")
    assert "You cannot contact this account." in run(*words, *other)[1]
    seen = run(*words, *other, "--as", "moderator")[1]
    assert "Adult to minor, each follows the other: refused; sender sees the neutral text." in seen


def test_a_pack_that_does_not_act_is_named_and_changes_nothing() -> None:
    named = ("--packs", "us-ca-sb976", "--country", "US-CA", "--band", "13-15", "--setting", "like_counts")
    answer = told(*named)
    assert (answer["step"], answer["packs"]) == ("on", [])
    assert "us-ca-sb976" in answer["inert"][0]


def test_what_is_never_closed_is_granted_under_every_pack() -> None:
    assert told(*RELEASE, "--attempt", "report")["permit"] == "granted"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--packs", "nothing"), "release-2021"),  # the ids there are
        (("--packs", ","), "one pack or more"),
        ((*RELEASE, "--attempt", "dm.sned"), "dm.send"),  # what was meant
        ((*RELEASE, "--setting", "dm"), "no setting"),
        ((*RELEASE, "--attempt", "dm.send", "--setting", "dm.send"), "not both"),
        ((*RELEASE, "--born", "2012-01-01", "--band", "13-15"), "not both"),
        ((*RELEASE, "--born", "1-1-2012"), "2026-11-26"),  # how a day is written
        ((*RELEASE, "--at", "2026-11-26T10:00"), "no zone"),
        ((*RELEASE, "--zone", "Europe/Nowhere"), "no time zone"),
        ((*RELEASE, "--country", "UK"), "GB"),
        ((*RELEASE, "--lang", "fr"), "en, nl"),
    ],
)
def test_what_it_cannot_answer_is_refused_with_what_to_do(words: tuple[str, ...], says: str) -> None:
    ran = CliRunner().invoke(app, ["policy", "explain", *words])
    assert ran.exit_code != 0
    assert says in " ".join((ran.output, str(ran.exception)))
