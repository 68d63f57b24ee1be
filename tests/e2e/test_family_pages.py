"""A teen's pages about their family in a browser: both languages and themes, axe, and near to help."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import pytest
from playwright.sync_api import Page
from tests.e2e.test_pages import (
    AXE,
    EVERY_RULE,
    LOOKS,
    RULES_OF_LOOKS,
    SHOTS,
    THIS_YEAR,
    Scene,
    faults,
    faults_of_looks,
    press,
    put_on,
)
from tests.web.families import guardian

from hoede.app.rehearsal import SERVICE
from hoede.demo import people
from hoede.demo.people import Person
from hoede.demo.stage import Stage
from hoede.flow.pair import Guardian, Teen
from hoede.flow.pair.clock import rest
from hoede.pairing import By, Cause, LinkRow, Mode, store
from hoede.pairing.rules.asking import Kind, Wish
from hoede.pairing.rules.saying import Refusal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Families:
    people: dict[str, Person]
    at: dict[str, str]


def choose_and_press(page: Page) -> None:
    page.locator("input[type=radio]").first.check()
    press(page)


def all_open(page: Page) -> None:
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")


HOME = "{plein}/safety?page=family"


@dataclass(frozen=True, slots=True)
class FamilyScene(Scene):
    then: str = ""  # a page of the same teen: the hand-over stays in the address


SCENES = (
    FamilyScene("family-none", HOME, "nobody"),
    FamilyScene("family-home", HOME, "limits"),
    FamilyScene("family-rests", HOME, "rests"),
    FamilyScene("family-waits", HOME, "waits"),
    FamilyScene("family-invite", HOME, "nobody", then="/me/family/invite"),
    FamilyScene("family-invited", HOME, "nobody", then="/me/family/invite", act=choose_and_press),
    FamilyScene("family-join", HOME, "nobody", then="/me/family/join"),
    FamilyScene("family-join-wrong", HOME, "nobody", then="/me/family/join", act=press),
    FamilyScene("family-confirm", HOME, "waits", then="/me/family/link/{waits}"),
    FamilyScene("family-link", HOME, "limits", then="/me/family/link/{limits}"),
    FamilyScene("family-ask", HOME, "limits", then="/me/family/ask"),
    FamilyScene("family-agreement", HOME, "agreement", then="/me/family/agreement/{agreement}", act=all_open),
    FamilyScene("family-looks", HOME, "limits", then="/me/family/looks"),
    FamilyScene("family-weeks", HOME, "limits", then="/me/family/weeks"),
    FamilyScene("family-stop", HOME, "limits", then="/me/family/stop/{limits}"),
    FamilyScene("family-safe", HOME, "limits", then="/me/safe", act=all_open),
    FamilyScene("family-time", HOME, "limits", then="/me/time", act=all_open),
    FamilyScene("family-come", "{hoede}/me/family/join/aaaaaaaaaaaaaaaaaaaaaaaaaa"),
    FamilyScene("phones", "{plein}/phones", "limits"),
)


@pytest.fixture(scope="module")
def families(playing: Stage) -> Families:
    """Teens in every state a pairing can be in for them."""
    names = ("nobody", "limits", "agreement", "waits", "rests")
    born = f"{THIS_YEAR - 14}-01-01"
    known = {name: people.join(playing.plein_url, name.title(), born) for name in names}
    at = {"hoede": playing.hoede_url, "plein": playing.plein_url}
    for name in names[1:]:
        at[name] = _paired(playing, known[name], name)
    return Families(known, at)


def _paired(playing: Stage, person: Person, name: str) -> str:
    pair, theirs = playing.hoede.pair, guardian(playing)
    mine = Teen(service=SERVICE, account=person.id)
    made = sure(pair.links.invite(theirs, Mode.AGREEMENT if name == "agreement" else Mode.LIMITS))
    sure(pair.links.accept_link(mine, made.secret))
    if name == "waits":
        return made.link
    link = sure(pair.links.confirm(mine, made.link, pair.links.what_is_seen(mine)[1]))
    match name:
        case "limits":
            _limited(playing, mine, theirs, link)
        case "agreement":
            version = pair.views.my_guardians(mine)[0].version
            steps = {"feed.level": "strict", "time.daily_cap": 45}
            text = "Phones sleep in the hall at night, also ours."
            sure(
                pair.together.propose(theirs, link.id, steps, mode=Mode.AGREEMENT, version=version, text=text)
            )
        case "rests":
            playing.hoede.db.commit(
                lambda tx: rest(tx, pair.links.desk, store.lock(tx, link.id), Cause.LAPSED, By.CLOCK)
            )
    return link.id


def _limited(playing: Stage, mine: Teen, theirs: Guardian, link: LinkRow) -> None:
    """Limits with a reason, a look, a question, and an offer."""
    pair = playing.hoede.pair
    for setting, step in (("search.use", "off"), ("time.daily_cap", 45)):
        version = pair.views.my_guardians(mine)[0].version
        reason = "Until the exams, then we look again."
        sure(pair.together.limit(theirs, link.id, setting, step, version=version, reason=reason))
    pair.views.guardian_sees(theirs, link.id, "time")
    asked = sure(pair.asking.ask(mine, Wish(kind=Kind.EXTRA_TIME, step=30, words="For the choir video.")))
    sure(pair.asking.counter(theirs, asked.id, 15, reason="It is late."))


def sure(done: T | Refusal) -> T:
    assert not isinstance(done, Refusal), done
    return done


@pytest.fixture(scope="module")
def family_page(families: Families, new_page: Callable[..., Page]) -> Callable[[str, str], Page]:
    """The browser of a teen in a language; opened once, for it takes long."""

    @cache
    def page(who: str, language: str) -> Page:
        opened = new_page(language)
        if who:
            session = families.people[who].cookies["plein_session"]
            opened.context.add_cookies(
                [{"name": "plein_session", "value": session, "url": families.at["plein"]}]
            )
        return opened

    return page


SPOKEN = [(scene, language) for scene in SCENES for language in LOOKS]


@pytest.mark.parametrize(
    ("scene", "language"), SPOKEN, ids=[f"{scene.name}-{lang}" for scene, lang in SPOKEN]
)
def test_a_page_of_a_family_is_fit_for_everybody(
    families: Families, family_page: Callable[[str, str], Page], scene: FamilyScene, language: str
) -> None:
    page = family_page(scene.who, language)
    page.goto(scene.address.format(**families.at))
    if scene.then:
        page.goto(page.url.replace("/me/family?", f"{scene.then.format(**families.at)}?"))
    scene.act(page)
    page.evaluate(AXE)
    wrong = list(faults(page, scene, language))
    looks = [*LOOKS["en"], *LOOKS["nl"]] if SHOTS else LOOKS[language]
    for number, look in enumerate(looks):
        put_on(page, look)
        if SHOTS:
            page.screenshot(path=SHOTS / f"{scene.name}.{language}.{look}.png", full_page=True)
        wrong += faults_of_looks(page, look, RULES_OF_LOOKS if number else EVERY_RULE)
    assert wrong == []
