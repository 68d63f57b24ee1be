"""Expected failures: a stable code, a sentence, and facts that are safe to log."""

from hoede.core.errors import HoedeError


class NoSuchBoat(HoedeError):
    """There is no such boat."""

    code = "no-such-boat"


def test_without_a_detail_the_docstring_is_the_message() -> None:
    assert str(NoSuchBoat()) == "There is no such boat."
    assert NoSuchBoat().detail == "There is no such boat."


def test_a_detail_and_facts_travel_with_the_error() -> None:
    error = NoSuchBoat("Boat 7 has sailed.", boat=7)
    assert (str(error), error.code, error.facts) == ("Boat 7 has sailed.", "no-such-boat", {"boat": 7})


def test_an_error_without_words_has_an_empty_message() -> None:
    silent = type("Silent", (HoedeError,), {"__doc__": None})
    assert silent().detail == ""
