"""Looking: who covers the material looks, and a detector that is blind says so."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from hoede.core.events import EventKind
from hoede.core.findings import Category, Certainty, DigestKind, Finding, Listed
from hoede.core.media import Frame
from hoede.detection import Coverage, Example, ListView, Looked, Material, look, look_with_all

TEXT = Material(kind=EventKind.MESSAGE, digests={}, text="hello")
SECRET = "what a detector must not repeat"


class NoLists:
    """No entry anywhere."""

    def matches(self, kind: DigestKind, value: str) -> tuple[Listed, ...]:  # noqa: ARG002 - as the protocol has it
        return ()

    def near(self, frame: Frame) -> tuple[Listed, ...]:  # noqa: ARG002 - likewise
        return ()


class Reader:
    """A detector made of one function; covers whatever has a text."""

    name = "reader"
    kinds = frozenset({EventKind.MESSAGE})
    wants_frames = False
    wants_pixels = 0
    example = Example(found=TEXT, quiet=TEXT, listed={})

    def __init__(self, sees: Callable[[Material], Iterable[Finding]]) -> None:
        self._sees = sees

    def covers(self, material: Material) -> bool:
        return material.text is not None

    def look(self, material: Material, lists: ListView) -> Iterable[Finding]:  # noqa: ARG002 - as the protocol has it
        return self._sees(material)


def hint(why: str) -> Finding:
    return Finding("reader", Category.CSEA, Certainty.HINT, why)


READER = frozenset({"reader"})
UNSEEN = Finding("reader", Category.UNSEEN, Certainty.HINT, "reader could not look: ValueError")


def fails_at_once(_material: Material) -> list[Finding]:
    raise ValueError(SECRET)


def fails_midway(_material: Material) -> Iterator[Finding]:
    yield hint("first")
    raise ValueError(SECRET)


def test_the_findings_of_all_detectors_come_together_in_their_order() -> None:
    first, second = Reader(lambda _material: [hint("first")]), Reader(lambda _material: [hint("second")])
    looked = look_with_all([first, second], TEXT, NoLists())
    assert looked == Looked(Coverage.LOOKED, (hint("first"), hint("second")), READER)


def test_looking_and_seeing_nothing_is_not_the_same_as_not_covered() -> None:
    seeing_nothing = Reader(lambda _material: [])
    assert look_with_all([seeing_nothing], TEXT, NoLists()) == Looked(Coverage.LOOKED, (), READER)
    assert look_with_all([], TEXT, NoLists()) == Looked(Coverage.NOT_COVERED, ())


def test_a_kind_no_detector_looks_at_is_not_covered_and_nobody_looks() -> None:
    comment = Material(kind=EventKind.COMMENT, digests={}, text="hello")
    assert look_with_all([Reader(fails_at_once)], comment, NoLists()) == Looked(Coverage.NOT_COVERED, ())


def test_material_a_detector_cannot_look_at_is_not_covered() -> None:
    wordless = Material(kind=EventKind.MESSAGE, digests={})
    assert look_with_all([Reader(fails_at_once)], wordless, NoLists()) == Looked(Coverage.NOT_COVERED, ())


def test_a_detector_that_fails_is_a_finding_that_it_could_not_look() -> None:
    looked = look_with_all([Reader(fails_at_once)], TEXT, NoLists())
    assert looked == Looked(Coverage.LOOKED, (UNSEEN,), READER, failed=READER)


def test_a_detector_that_fails_midway_could_not_look_either() -> None:
    assert look(Reader(fails_midway), TEXT, NoLists()).findings == (UNSEEN,)


def test_one_blind_detector_takes_nothing_away_from_the_others() -> None:
    seeing = Reader(lambda _material: [hint("seen")])
    looked = look_with_all([Reader(fails_at_once), seeing], TEXT, NoLists())
    assert looked.findings == (UNSEEN, hint("seen"))


def test_the_reason_of_a_blind_detector_repeats_nothing_of_the_content() -> None:
    [finding] = look_with_all([Reader(fails_at_once)], TEXT, NoLists()).findings
    assert SECRET not in finding.why


class Torn(Reader):
    """Breaks already when asked whether there is anything to look at."""

    def covers(self, material: Material) -> bool:
        raise ValueError(str(material))


def test_a_detector_that_fails_to_say_what_it_covers_could_not_look() -> None:
    looked = look_with_all([Torn(fails_at_once)], TEXT, NoLists())
    assert looked == Looked(Coverage.LOOKED, (UNSEEN,), READER, failed=READER)


class Watcher(Reader):
    """Looks at frames."""

    wants_frames = True

    def covers(self, material: Material) -> bool:
        return bool(material.frames) or material.blind is not None


def test_a_detector_of_frames_that_could_not_be_made_could_not_look() -> None:
    blind = replace(TEXT, blind="sandbox-broken")
    looked = look_with_all([Watcher(lambda _material: [])], blind, NoLists())
    assert looked.failed == READER
    assert [finding.why for finding in looked.findings] == ["reader could not look: sandbox-broken"]


def test_what_was_looked_at_twice_was_looked_at() -> None:
    one, other = Looked(Coverage.NOT_COVERED), Looked(Coverage.LOOKED, (hint("seen"),), READER)
    assert one + other == other + one == other


def test_findings_are_told_apart_by_who_saw_them() -> None:
    looked = Looked(Coverage.LOOKED, (hint("seen"), UNSEEN))
    assert looked.of(READER) == looked.findings
    assert looked.of(frozenset({"somebody else"})) == ()
