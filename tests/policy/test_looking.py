"""May we look? By channel, country and day; the strictest of everybody concerned."""

from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.core.events import Channel
from hoede.policy.rules import LookTableError, may_look, parse_look_table

SHIPPED = parse_look_table((files("hoede") / "policy" / "may_look.toml").read_text(encoding="utf-8"))
ENDED = date(2026, 4, 3)  # the day from which the derogation no longer holds
BEFORE, AFTER = date(2026, 4, 2), date(2026, 11, 23)
EU = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split(" ")  # noqa: SIM905 - a list would take 27 lines
ROW = """
[[law]]
where    = ["NL"]
channels = ["private"]
allowed  = true
since    = 2026-01-01
basis    = "a basis"
source   = "a source"
"""


@pytest.mark.parametrize(
    ("channel", "country", "today", "allowed"),
    [
        (Channel.PRIVATE, "NL", BEFORE, True),  # the derogation still held
        (Channel.PRIVATE, "NL", ENDED, False),  # from this day it does not
        (Channel.PRIVATE, "NL", AFTER, False),
        (Channel.PRIVATE, "US", AFTER, True),  # no ban there
        (Channel.PRIVATE, "CH", AFTER, True),  # in Europe, not in the EU
        (Channel.PRIVATE, None, BEFORE, True),  # unknown: no row says no yet
        (Channel.PRIVATE, None, AFTER, False),  # unknown: the strictest of all rows
        (Channel.PUBLIC, "NL", AFTER, True),
        (Channel.LIVE, "NL", AFTER, True),
        (Channel.PUBLIC, None, AFTER, True),
        (Channel.PUBLIC, "NL", date(2020, 12, 31), False),  # before any row: no
    ],
)
def test_whether_we_may_look(channel: Channel, country: str | None, today: date, *, allowed: bool) -> None:
    assert may_look(channel, [country], today, SHIPPED) is allowed


@pytest.mark.parametrize("country", EU)
def test_private_channels_are_off_in_every_country_of_the_eu(country: str) -> None:
    assert may_look(Channel.PRIVATE, [country], ENDED, SHIPPED) is False


def test_the_receivers_country_counts_as_much_as_the_senders() -> None:
    assert may_look(Channel.PRIVATE, ["US", "US"], AFTER, SHIPPED) is True
    assert may_look(Channel.PRIVATE, ["US", "NL"], AFTER, SHIPPED) is False
    assert may_look(Channel.PRIVATE, ["US", None], AFTER, SHIPPED) is False


def test_nobody_known_is_an_unknown_country() -> None:
    assert may_look(Channel.PRIVATE, [], AFTER, SHIPPED) is False
    assert may_look(Channel.PUBLIC, [], AFTER, SHIPPED) is True


def test_without_any_row_we_may_not_look() -> None:
    assert may_look(Channel.PUBLIC, ["US"], AFTER, []) is False
    assert may_look(Channel.PUBLIC, [None], AFTER, []) is False


def test_the_operators_rows_come_last_and_win() -> None:
    laws = SHIPPED + parse_look_table(ROW)
    assert may_look(Channel.PRIVATE, ["NL"], AFTER, laws) is True
    assert may_look(Channel.PRIVATE, ["BE"], AFTER, laws) is False  # only where they say so
    assert may_look(Channel.PRIVATE, [None], AFTER, laws) is False  # unknown stays the strictest


def test_a_row_counts_until_the_day_before_its_end() -> None:
    laws = parse_look_table(ROW + "until = 2026-06-01")
    assert may_look(Channel.PRIVATE, ["NL"], date(2026, 5, 31), laws) is True
    assert may_look(Channel.PRIVATE, ["NL"], date(2026, 6, 1), laws) is False


def test_a_country_no_row_names_goes_by_the_row_for_everywhere() -> None:
    everywhere = ROW.replace('"NL"', '"*"')
    forbidden = ROW.replace("true", "false")
    laws = parse_look_table(forbidden + everywhere)
    assert may_look(Channel.PRIVATE, ["DE"], AFTER, laws) is True
    assert may_look(Channel.PRIVATE, ["NL"], AFTER, laws) is False  # its own row beats a later general one


@given(
    st.lists(st.sampled_from([*EU, "US", "CH", "GB", None]), min_size=1),
    st.sampled_from(["NL", "US", None]),
    st.sampled_from(Channel),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_one_more_person_never_lets_us_look_where_we_might_not(
    countries: list[str | None], further: str | None, channel: Channel, today: date
) -> None:
    with_them = may_look(channel, [*countries, further], today, SHIPPED)
    assert with_them <= may_look(channel, countries, today, SHIPPED)


@pytest.mark.parametrize(
    "text",
    [
        "law = [",  # no TOML
        "",  # no law
        ROW + 'note = "x"',  # an unknown key in a row
        "sort = 1" + ROW,  # an unknown key of the table
        ROW.replace('basis    = "a basis"', ""),  # no basis
        ROW.replace("a basis", ""),  # an empty one
        ROW.replace("a source", ""),  # no source
        ROW.replace("private", "postcard"),  # no such channel
        ROW.replace("allowed  = true", ""),  # allowed or not?
        ROW.replace("[[law]]", "[law]"),  # one table in place of rows
        "groups = 1" + ROW,  # groups are lists of countries
    ],
)
def test_a_table_that_is_not_right_is_refused(text: str) -> None:
    with pytest.raises(LookTableError) as caught:
        parse_look_table(text)
    assert caught.value.code == "look-table-invalid"
    assert caught.value.detail


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("allowed  = true", 'allowed  = "false"'),  # would count as true
        ("2026-01-01", '"2026-01-01"'),  # would break every look
        ("2026-01-01", "2026-01-01T00:00:00"),  # likewise
        ('["NL"]', '"NL"'),  # would name the countries N and L
    ],
)
def test_a_value_of_a_wrong_type_is_refused(right: str, wrong: str) -> None:
    with pytest.raises(LookTableError):
        parse_look_table(ROW.replace(right, wrong))
