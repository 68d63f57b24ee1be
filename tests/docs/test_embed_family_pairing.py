"""What `embed-family-pairing` tells a platform to do is done here, against a running Hoede."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hoede.app.outside import endpoints_of
from hoede.app.rehearsal import SERVICE
from hoede.client import OrderCall, Target, TargetKind, TimeUp
from hoede.demo.people import Person, join
from hoede.demo.stage import Ports, Stage, stage
from hoede.demo.story import PATIENCE

PAGE = "docs/howto/embed-family-pairing.md"
Names = dict[str, Any]


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("stage"), Ports(), patience=PATIENCE) as up:
        yield up


@pytest.fixture
def names(playing: Stage, blocks: Callable[[str], list[tuple[str, str, str]]]) -> Names:
    """The page's own functions, with the address that Hoede has here."""
    found: Names = {"__name__": "platform"}
    for language, _, text in blocks(PAGE):
        if language == "python":
            here = text.replace("http://localhost:8400", playing.hoede_url)
            exec(compile(here, PAGE, "exec"), found)  # noqa: S102 - running the page is the test
    return found


@pytest.fixture
def secrets(playing: Stage) -> list[str]:
    return list(endpoints_of(playing.hoede.config)[SERVICE].secrets)


@pytest.fixture
def teen(playing: Stage) -> Person:
    return join(playing.plein_url, "Lotte", f"{datetime.now(UTC).year - 14}-01-01")


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("family", "You have no pairing."),
        ("time", "Used today:"),
        ("safe", "Home is not safe"),
        ("", "My safety"),
    ],
)
def test_the_teens_button_opens_every_page_of_theirs(
    names: Names, secrets: list[str], teen: Person, page: str, says: str
) -> None:
    answer = httpx2.get(f"{names['for_a_teen'](teen.id, secrets, page)}&lang=en")

    assert (answer.status_code, says in answer.text) == (200, True)


def test_who_just_wrote_with_somebody_new_does_not_pair(
    names: Names, secrets: list[str], teen: Person
) -> None:
    link = names["for_a_teen"](teen.id, secrets, "family", datetime.now(UTC) - timedelta(minutes=1))

    answer = httpx2.post(
        f"{link.replace('/me/family?', '/me/family/invite?')}&lang=en", data={"mode": "limits"}
    )

    assert "Pairing and a first message cannot go together." in answer.text


def test_the_orders_of_the_page_are_those_that_come(names: Names) -> None:
    opens_at = datetime(2026, 12, 1, tzinfo=UTC)
    told = [
        names["take_family_order"](order(measure, opens_at))
        for measure in ("link_started", "settings_changed", "time_up", "remove")
    ]

    assert told == [True, True, True, False]
    assert (names["paired"], names["calm_until"]) == ({"a-1"}, {"a-1": opens_at})
    assert names["take_family_order"](order("link_ended", None))
    assert names["paired"] == set()


def order(measure: str, opens_at: datetime | None) -> OrderCall:
    return OrderCall(
        order="ord_1",
        measure=measure,
        target=Target(TargetKind.ACCOUNT, "a-1"),
        account="a-1",
        case=None,
        letter=None,
        sent_at=datetime.now(UTC),
        time=None if opens_at is None else TimeUp(code="daily_time", opens_at=opens_at),
    )


def test_the_settings_of_the_page_are_read_by_the_configuration(
    blocks: Callable[[str], list[tuple[str, str, str]]],
) -> None:
    [told] = [text for language, _, text in blocks(PAGE) if language == "toml"]
    known = Path("docs/reference/config.md").read_text(encoding="utf-8")

    assert [one for one in re.findall(r"^(\w+) =", told, re.MULTILINE) if f"`{one}`" not in known] == []
