"""To whom a case goes: the table of the law, read from one file for each office."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.reporting.routing import (
    Duty,
    Facts,
    OfficeInvalid,
    Routed,
    parse_office,
    route,
    shipped_offices,
)

OFFICES, DAY = shipped_offices(), date(2026, 11, 27)
PLACES = st.sampled_from([None, "US", "NL", "DE", "GB", "CA", "AU", "BR"])

# operator, account, victims, danger, reported to: the offices a law asks for that are not done
DUE = [
    ("US", "US", [], False, [], ["ncmec"]),
    ("US", "BR", [], True, ["ncmec"], []),
    ("NL", "NL", [], False, ["ncmec"], []),  # the hotline is a choice
    ("NL", "NL", [], True, ["ncmec"], ["nl_politie"]),  # a threat goes to the police, whatever was filed
    ("NL", "DE", [], True, ["ncmec"], ["eu_police"]),
    ("NL", None, [], True, ["ncmec"], ["nl_politie"]),  # the state of establishment
    ("DE", None, [], True, ["ncmec"], ["europol"]),
    ("US", "NL", [], True, ["ncmec"], ["nl_politie"]),
    ("US", "GB", [], False, ["ncmec"], []),  # a report to a foreign body counts
    ("NL", "GB", [], False, [], ["gb_nca"]),
    ("GB", "NL", [], False, [], ["gb_nca"]),
    ("NL", "CA", [], False, [], ["ca_police"]),
    ("NL", "CA", [], True, ["ncmec"], []),
    ("NL", "AU", [], False, ["ncmec"], ["au_accce"]),  # nothing counts for it
    ("NL", "BR", [], False, [], []),
    (None, None, [], False, [], []),
    ("NL", "NL", ["AU"], False, ["ncmec"], ["au_accce"]),  # where the victim is counts too
    ("NL", "BR", ["GB"], False, [], ["gb_nca"]),
    ("NL", "BR", ["GB"], False, ["ncmec"], []),
    ("US", "BR", ["CA"], False, [], ["ncmec", "ca_police"]),
    ("US", "US", ["NL"], True, ["ncmec"], ["nl_politie"]),  # a threat goes where the victim is
    ("US", "US", ["NL"], False, ["ncmec"], []),
    ("NL", "NL", ["DE"], True, ["ncmec"], ["eu_police", "nl_politie"]),  # and where the account is
    ("NL", None, ["DE"], True, ["ncmec"], ["eu_police"]),  # the state concerned is known
    ("DE", None, ["NL"], True, ["ncmec"], ["nl_politie"]),
    ("DE", None, ["BR"], True, ["ncmec"], []),  # known, and elsewhere
    ("NL", "DE", ["NL", "AU"], True, ["ncmec"], ["au_accce", "eu_police", "nl_politie"]),
]


def due(facts: Facts, filed: list[str], day: date = DAY) -> list[str]:
    return [
        one.office.name
        for one in route(facts, OFFICES, day)
        if one.route.duty is Duty.MUST and one.office.name not in filed and not one.counts_elsewhere(filed)
    ]


@pytest.mark.parametrize(("home", "account", "victims", "danger", "filed", "wanted"), DUE)
def test_the_table_of_the_law(  # noqa: PLR0917 - a table
    home: str | None,
    account: str | None,
    victims: list[str],
    danger: bool,  # noqa: FBT001 - a table
    filed: list[str],
    wanted: list[str],
) -> None:
    facts = Facts(home=home, account=account, danger=danger, victims=frozenset(victims))
    assert sorted(due(facts, filed)) == sorted(wanted)


def test_a_route_counts_from_its_day_on() -> None:
    facts = Facts(home="NL", account="GB", danger=False)
    assert due(facts, [], date(2026, 4, 6)) == []
    assert due(facts, [], date(2026, 4, 7)) == ["gb_nca"]


def test_who_is_registered_may_report_everything_to_ncmec() -> None:
    found = route(Facts(home="NL", account="BR", danger=False), OFFICES, DAY)
    assert [(one.office.name, one.route.id) for one in found] == [("ncmec", "registered")]


@given(PLACES, PLACES, st.booleans())
def test_danger_never_takes_a_duty_away_and_every_office_stands_once(
    home: str | None,
    account: str | None,
    danger: bool,  # noqa: FBT001 - drawn
) -> None:
    calm = due(Facts(home=home, account=account, danger=False), [])
    hot = route(Facts(home=home, account=account, danger=danger), OFFICES, DAY)
    names = [one.office.name for one in hot]
    assert len(names) == len(set(names))
    assert set(calm) <= set(names)
    assert [one.route.duty is Duty.MAY for one in hot] == sorted(one.route.duty is Duty.MAY for one in hot)


@given(PLACES, PLACES, st.frozensets(PLACES.filter(bool)), PLACES.filter(bool), st.booleans())
def test_a_victim_more_takes_no_duty_away_where_somebody_is_known(
    home: str | None,
    account: str | None,
    victims: frozenset[str],
    more: str,
    danger: bool,  # noqa: FBT001 - drawn
) -> None:
    before = Facts(home=home, account=account, danger=danger, victims=victims)
    after = Facts(home=home, account=account, danger=danger, victims=victims | {more})
    known = before.people != {None}
    assert not known or set(due(before, [])) <= set(due(after, []))


def test_every_office_names_its_grounds_and_they_stand_in_our_sources() -> None:
    grounds = [one for office in OFFICES.values() for one in office.routes]
    assert {one.source.partition("#")[0] for one in grounds} == {"docs/sources.md"}
    assert all(one.from_ <= one.as_of for one in grounds)


OFFICE = """
name = "harbour"
title = "Harbour police"
kind = "package"
how = "By boat."
[[routes]]
id = "at-sea"
when = { account = ["NL"] }
duty = "must"
basis = "custom"
source = "docs/sources.md#hotlines"
from = 2026-01-01
as_of = 2026-11-23
"""


def test_an_office_is_one_file() -> None:
    offices = shipped_offices([OFFICE])
    found = route(Facts(home="NL", account="NL", danger=False), offices, DAY)
    assert Routed(offices["harbour"], offices["harbour"].routes[0]) in found


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('duty = "must"', 'duty = "maybe"', "maybe"),
        ('["NL"]', '["Netherlands"]', "Netherlands is no country"),
        ('["NL"]', "[]", "nothing is no country"),
        ("from = 2026-01-01", 'from = "2026-01-01"', "a date is written"),
        ('basis = "custom"', 'basis = ""', "on what ground"),
        ("when = {", "when = { moon = ['NL'], ", "moon"),
        ('kind = "package"', 'kind = "pigeon"', "pigeon"),
        ("how =", "colour =", "colour"),
    ],
)
def test_a_file_that_is_wrong_says_where(old: str, new: str, says: str) -> None:
    with pytest.raises(OfficeInvalid, match=says):
        parse_office(OFFICE.replace(old, new))
