"""The table of measures, read strictly."""

import pytest

from hoede.core.orders import TargetKind
from hoede.enforcement import Carrier, Measure, MeasuresError, parse_measures

PRESERVE = '[preserve]\nby = "vault"\ntarget = "evidence"\nsays = "sealed"\n'
DIM = '[dim]\nby = "platform"\ntarget = "content"\nsays = "dimmed"\ninverse = "light"\n'
LIGHT = '[light]\nby = "platform"\ntarget = "content"\nsays = "lit"\ninverse = "dim"\n'


def test_a_measure_is_what_its_table_says() -> None:
    measures = parse_measures(PRESERVE + DIM + 'irreversible = true\nafter = ["preserve"]\n' + LIGHT)
    assert measures["dim"] == Measure(
        name="dim",
        by=Carrier.PLATFORM,
        target=TargetKind.CONTENT,
        says="dimmed",
        inverse="light",
        irreversible=True,
        after=("preserve",),
    )
    assert list(measures) == ["preserve", "dim", "light"]  # the order of carrying out


@pytest.mark.parametrize(
    "text",
    [
        "[dim",  # no TOML
        "dim = 1",  # no table
        DIM + LIGHT + "colour = 1",  # an unknown key
        DIM.replace('by = "platform"\n', "") + LIGHT,  # nobody carries it out
        DIM.replace("platform", "wizard") + LIGHT,  # somebody there is not
        DIM.replace("content", "moon") + LIGHT,  # done to something there is not
        DIM,  # its inverse is no measure
        DIM + LIGHT.replace('inverse = "dim"', ""),  # undone by something it does not undo
        PRESERVE + 'after = ["dusk"]',  # waits for something there is not
        DIM + "irreversible = true\n" + LIGHT,  # irreversible without preserve
        DIM + 'closes = ["post"]\n' + LIGHT,  # closes attempts, and is done to no account
        (DIM + LIGHT).replace("content", "account") + 'closes = "post"\n',  # no list
    ],
)
def test_a_table_that_is_not_right_is_refused(text: str) -> None:
    with pytest.raises(MeasuresError) as caught:
        parse_measures(text)
    assert caught.value.code == "measures-invalid"
    assert caught.value.detail


def test_the_measures_that_ship_undo_each_other(measures_toml: str) -> None:
    measures = parse_measures(measures_toml)
    pairs = {frozenset((one.name, one.inverse)) for one in measures.values() if one.inverse}
    assert pairs == {
        frozenset(("hold", "release")),
        frozenset(("restrict_account", "lift")),
        frozenset(("remove", "restore")),
        frozenset(("close_account", "reopen")),
    }


def test_of_the_measures_that_ship_three_cannot_be_undone_by_time(measures_toml: str) -> None:
    measures = parse_measures(measures_toml)
    irreversible = [one.name for one in measures.values() if one.irreversible]
    assert irreversible == ["remove", "close_account", "report"]


def test_what_ships_is_carried_out_after_what_it_waits_for(measures_toml: str) -> None:
    names = list(measures := parse_measures(measures_toml))
    late = [
        one.name
        for one in measures.values()
        if any(names.index(f) > names.index(one.name) for f in one.after)
    ]
    assert late == []


def test_a_measure_that_stands_above_one_it_waits_for_is_refused() -> None:
    with pytest.raises(MeasuresError):
        parse_measures(DIM + 'after = ["preserve"]\n' + LIGHT + PRESERVE)


def test_the_table_cannot_be_changed_once_read(measures_toml: str) -> None:
    measures = parse_measures(measures_toml)
    with pytest.raises(TypeError):
        measures["hold"] = measures["release"]  # type: ignore[index] # that it is refused is the point
