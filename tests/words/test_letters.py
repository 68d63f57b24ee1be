"""The neutral letter: word for word, and silent about how we knew."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import combinations

import pytest

from hoede.words import LOCALES, catalogue
from hoede.words.letters import ACTS, Decided, Letter, age_letter, answer_letter, neutral_letter

URL = "https://hoede.example/appeal/0123456789abcdef"
GIVES_AWAY = re.compile(
    r"\b(list\w*|hash\w*|fingerprint\w*|match\w*|detect\w*|scan\w*|found|police|ncmec|authorit\w*|report\w*"
    r"|lijst\w*|vingerafdruk\w*|herken\w*|gevonden|politie|instantie\w*|meld\w*|abuse|misbruik\w*)\b",
    re.IGNORECASE,
)


def letter(locale: str, acts: Sequence[str], decided: Decided = Decided.AUTOMATIC) -> Letter:
    words = catalogue(locale)
    return neutral_letter(
        words,
        acts=acts,
        date=date(2026, 11, 23),
        object_until=date(2027, 5, 24),
        rule="3.1",
        rule_url="https://hoede.example/guidelines#safety",
        help_name="De Kindertelefoon, 0800-0432",
        appeal_url=URL,
        outside=words.say("letter.outside.body"),
        decided=decided,
    )


def test_the_letter_about_a_closed_account_in_english() -> None:
    assert letter("en", ["closed", "removed"]) == Letter(
        "en",
        "A decision about your account",
        (
            "Hello, this is about your account.",
            (
                "On 23 November 2026 we removed content and closed your account because of our rule on the "
                "safety of minors (3.1). We cannot say more now."
            ),
            "The rule stands here: https://hoede.example/guidelines#safety",
            "What we decided: content removed and account closed. Where: everywhere. Until: no end date.",
            "Decided: fully automatic.",
            "Not agreed? Object here, free, until 24 May 2027 (at least 6 months). Someone else looks at it.",
            "You can also go to a certified body for disputes or to court.",
            "Questions or upset by this? De Kindertelefoon, 0800-0432",
        ),
        URL,
    )


def test_the_letter_about_a_closed_account_in_dutch() -> None:
    assert letter("nl", ["removed", "closed"]).paragraphs == (
        "Hallo, dit gaat over je account.",
        (
            "Op 23 november 2026 hebben we inhoud verwijderd en je account gesloten door onze regel over de "
            "veiligheid van minderjarigen (3.1). Meer kunnen we nu niet zeggen."
        ),
        "De regel staat hier: https://hoede.example/guidelines#safety",
        "Wat we besloten: inhoud verwijderd en account gesloten. Waar: overal. Tot: geen einddatum.",
        "Beslist: helemaal automatisch.",
        (
            "Niet eens? Maak hier gratis bezwaar tot 24 mei 2027 (minstens 6 maanden). "
            "Iemand anders bekijkt het."
        ),
        "Je kunt ook naar een erkende geschillencommissie of naar de rechter.",
        "Vragen of geschrokken? De Kindertelefoon, 0800-0432",
    )


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        (
            "en",
            "On 23 November 2026 we limited your account because of our rule on the safety of minors (3.1).",
        ),
        ("nl", "Op 23 november 2026 hebben we je account beperkt door onze regel over de veiligheid van"),
    ],
)
def test_the_letter_about_a_limited_account_names_only_that(locale: str, sentence: str) -> None:
    assert letter(locale, ["restricted"]).paragraphs[1].startswith(sentence)


@pytest.mark.parametrize(
    ("decided", "sentence"),
    [
        (Decided.PERSON, "Decided: by a person."),
        (Decided.PARTLY, "Decided: partly automatic."),
        (Decided.AUTOMATIC, "Decided: fully automatic."),
    ],
)
def test_the_letter_says_who_decided(decided: Decided, sentence: str) -> None:
    assert letter("en", ["closed"], decided).paragraphs[4] == sentence


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("acts", [acts for n in (1, 2, 3) for acts in combinations(ACTS, n)])
def test_no_letter_tells_how_we_knew_or_whom_we_told(locale: str, acts: Sequence[str]) -> None:
    told = letter(locale, acts)
    assert GIVES_AWAY.findall(" ".join((told.title, *told.paragraphs))) == []


@pytest.mark.parametrize("acts", [[], ["reported"], ["closed", "held"]])
def test_a_letter_about_nothing_or_about_another_act_is_refused(acts: list[str]) -> None:
    with pytest.raises(ValueError, match="a letter tells of"):
        letter("en", acts)


def answer(locale: str, *, right: bool, undone: Sequence[str]) -> Letter:
    words = catalogue(locale)
    return answer_letter(
        words,
        right=right,
        undone=undone,
        rule="3.1",
        rule_url="https://hoede.example/guidelines#safety",
        help_name="De Kindertelefoon, 0800-0432",
        appeal_url=URL,
        outside=words.say("letter.outside.body"),
    )


@pytest.mark.parametrize(
    ("right", "undone", "says"),
    [
        (
            True,
            ["closed", "removed"],
            "You were right. We undo: content removed and account closed. We are sorry.",
        ),
        (True, [], "You were right. We are sorry."),
        (False, [], "We looked again. It stays as it is under our rule 3.1."),
    ],
)
def test_the_answer_to_an_objection(*, right: bool, undone: Sequence[str], says: str) -> None:
    assert answer("en", right=right, undone=undone).paragraphs[1] == says


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("right", [True, False])
def test_the_answer_tells_nothing_of_how_we_knew(locale: str, *, right: bool) -> None:
    text = " ".join(answer(locale, right=right, undone=ACTS).paragraphs)
    assert GIVES_AWAY.search(text) is None


def about_an_age(locale: str, *, right: bool, proofs: str | None = "https://plein.example/age") -> str:
    words = catalogue(locale)
    told = age_letter(
        words,
        right=right,
        again_on=date(2026, 12, 27),
        proofs=proofs,
        rule_url="https://hoede.example/guidelines#age",
        help_name="https://hoede.example/help",
        help_url="https://hoede.example/help",
        outside=words.say("letter.outside.body"),
    )
    return " ".join((told.title, *told.paragraphs))


@pytest.mark.parametrize(
    ("locale", "right", "says"),
    [
        ("en", True, "From now on you count as 18 or over. We are sorry."),
        ("en", False, "You can prove it here: https://plein.example/age."),
        ("en", False, "You can ask again from 27 December 2026."),
        ("nl", True, "Vanaf nu tel je als 18 of ouder. Het spijt ons."),
        ("nl", False, "Je kunt het opnieuw vragen vanaf 27 december 2026."),
        ("nl", False, "Beslist: door een mens."),
    ],
)
def test_the_letter_about_an_age_says_what_follows(locale: str, *, right: bool, says: str) -> None:
    assert says in about_an_age(locale, right=right)


@pytest.mark.parametrize("locale", LOCALES)
def test_where_nothing_can_be_proved_the_letter_does_not_say_so(locale: str) -> None:
    assert "{list}" not in about_an_age(locale, right=False, proofs=None)
    assert "plein.example" not in about_an_age(locale, right=False, proofs=None)
