"""A family's story by two browsers, with script and without: paired, set, asked, up, seen, left, safe."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx2
import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect
from tests.e2e.test_console import desk_of
from tests.e2e.test_pages import THIS_YEAR
from tests.e2e.waiting import until

from hoede.app.rehearsal import SERVICE
from hoede.demo import people
from hoede.demo.people import Person
from hoede.demo.stage import Stage
from hoede.usage import Used, locked, save


@dataclass(frozen=True, slots=True)
class Mine:
    """A teen's browser: signed in at Plein, on their own pages by links that Plein makes."""

    page: Page
    person: Person

    def opens(self, what: str = "family", then: str = "") -> None:
        self.page.goto(f"{self.person.plein_url}/safety?page={what}")
        if then:
            self.page.goto(self.page.url.replace("/me/family?", f"{then}?"))

    def taps(self, name: str) -> None:
        self.page.locator("main").get_by_role("button", name=name, exact=True).first.click()

    def follows(self, name: str) -> None:
        self.page.locator("main").get_by_role("link", name=name).first.click()

    def reads(self, *said: str) -> None:
        for one in said:
            expect(self.page.locator("main")).to_contain_text(one)


@dataclass(frozen=True, slots=True)
class Theirs:
    """A guardian's browser, and the address their letters go to."""

    page: Page
    url: str
    mail: str

    def opens(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def taps(self, name: str) -> None:
        self.page.locator("main").get_by_role("button", name=name, exact=True).first.click()

    def reads(self, *said: str) -> None:
        for one in said:
            expect(self.page.locator("main")).to_contain_text(one)

    def letter(self, about: str) -> str:
        """The newest letter to them about something."""
        return until(lambda: next((one for one in self.letters() if about in one), None))

    def letters(self) -> list[str]:
        every = httpx2.get(f"{self.url}/demo/mail").text.split("\n----\n\n")
        return [one for one in every if f"To: {self.mail}\n" in one]

    def comes_in(self, *, script: bool) -> None:
        """By a letter: with a passkey, or without where no script runs."""
        self.page.get_by_label("Your name, as your teen knows you").fill("Anna")
        self.page.get_by_label("Your e-mail address").fill(self.mail)
        self.taps("Send me the letter")
        found = re.search(r"http://localhost:\d+/family/join/\S+", self.letter("Your way to Family Pairing"))
        assert found is not None
        self.page.goto(found[0])
        self.taps("Make a passkey" if script else "Come in without a passkey")
        expect(self.page).not_to_have_url(re.compile("/family/join/"))

    def limits(self, link: str, setting: str, *, reason: str = "", **fields: str) -> None:
        """Set one limit, as its page asks."""
        self.opens(f"/family/teen/{link}/settings/{setting}")
        form = self.page.locator("main form").last
        for name, value in fields.items():
            control = form.locator(f"[name='{name.replace('__', '.')}']")
            if control.first.get_attribute("type") == "radio":
                form.locator(f"[name='{name}'][value='{value}']").check()
            elif control.first.evaluate("one => one.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)
        form.locator("[name='reason']").fill(reason)
        form.get_by_role("button").last.click()
        expect(self.page.locator("main .wrong")).to_have_count(0)


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def script(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


Two = Callable[[str, int], tuple[Mine, Theirs]]


@pytest.fixture
def two(playing: Stage, opened: Callable[..., Page], *, script: bool) -> Two:
    """Browsers of a teen of an age and of a guardian, both new here."""

    def browsers(name: str, age: int) -> tuple[Mine, Theirs]:
        person = people.join(playing.plein_url, name, f"{THIS_YEAR - age}-01-01")
        mine, theirs = opened(script=script), opened(script=script)
        session = person.cookies["plein_session"]
        mine.context.add_cookies([{"name": "plein_session", "value": session, "url": playing.plein_url}])
        if script:
            desk_of(theirs, playing.hoede_url)  # a device that makes passkeys
        return Mine(mine, person), Theirs(theirs, playing.hoede_url, f"{person.id}@mail.example")

    return browsers


def pair_by_link(mine: Mine, theirs: Theirs, *, script: bool) -> str:
    """The teen invites, the guardian comes by the link, the teen reads both lists; the id of the pairing."""
    mine.opens()
    mine.follows("Invite a parent or guardian")
    mine.page.get_by_label("Limits: the guardian sets").check()
    mine.taps("Make an invitation")
    theirs.page.goto(mine.page.get_by_label("Or send the link").input_value())
    theirs.comes_in(script=script)
    name = mine.person.name
    theirs.reads(f"{name} asks you to pair.", "You never see:", "messages")
    theirs.taps(f"Pair with {name}")
    theirs.reads(f"{name} now reads what you will see, and decides.")
    mine.opens()
    mine.follows("Read what Anna will see")
    mine.reads("Anna will see:", "Anna will never see:", "We did not check it.")
    mine.taps("I read both lists. Pair with Anna")
    mine.reads("Paired since")
    return theirs.page.url.partition("/family/teen/")[2].partition("?")[0].partition("/")[0]


def test_a_family_pairs_by_link_sets_asks_and_leaves(two: Two, playing: Stage, *, script: bool) -> None:
    mine, theirs = two("Lotte", 14)
    link = pair_by_link(mine, theirs, script=script)
    _set_one_of_each(theirs, link)
    _read_what_was_set(mine)
    _ask_and_take_an_offer(mine, theirs, link)
    _run_into_the_limit(mine, playing)
    _read_every_look(mine)
    _leave_in_seven_days_and_stay(mine, theirs, link)
    _ask_for_a_safe_way_out(mine, theirs, link)


def _set_one_of_each(theirs: Theirs, link: str) -> None:
    """A rung, minutes, a week, closed times, a time of the evening, words; content to search."""
    theirs.limits(link, "search.use", step="off", reason="Until the exams.")
    theirs.limits(link, "feed.level", step="strict")
    theirs.limits(link, "account.visibility", step="private")
    theirs.limits(link, "time.daily_cap", step="45", reason="School comes first.")
    theirs.limits(link, "time.weekday_caps", step__mon="40")
    hour = (datetime.now(UTC).hour + 12) % 24  # wherever Lotte is, it is not now
    theirs.limits(link, "time.away_windows", days="school", begins=f"{hour:02}:00", ends=f"{hour:02}:30")
    theirs.limits(link, "time.wind_down_at", step="20:30")
    theirs.limits(link, "feed.keywords_blocked", step="betting")


def _read_what_was_set(mine: Mine) -> None:
    mine.opens()
    mine.follows("What stands between you")
    mine.reads("Search: Off", "Until the exams.", "Content level: Strict", "Time a day: 45 min")
    mine.reads("Words: 1", "Evening screen: 20:30", "How do you notice it is enough?")
    until(lambda: _says(mine, "Settings changed") and _says(mine, "Paired"))  # orders take their time
    mine.reads("Search: not now", "Paired")


def _ask_and_take_an_offer(mine: Mine, theirs: Theirs, link: str) -> None:
    mine.opens(then="/me/family/ask")
    mine.page.get_by_label("How much more time today?").select_option("30")
    mine.page.get_by_label("What for?").first.fill("For the choir video.")
    mine.taps("Ask")
    mine.reads("Asked. You read the answer here.")
    theirs.opens(f"/family/teen/{link}/requests")
    theirs.reads("For the choir video.")
    theirs.page.locator("summary", has_text="Offer something else").click()
    theirs.page.get_by_label("Minutes").fill("15")
    theirs.page.get_by_label("Why this?").fill("It is late.")
    theirs.taps("Offer this")
    mine.opens()
    mine.reads("You can also have: 15 min", "It is late.")
    mine.taps("Accept")
    mine.reads("Agreed. It counts from now on.")


def _run_into_the_limit(mine: Mine, playing: Stage) -> None:
    """An hour is used; at the next heartbeat Plein knows, and what is always open stays open."""
    account, now = mine.person.id, int(datetime.now(UTC).timestamp() * 1000)
    used = Used(quarters={now // 900_000 - n: 900_000 for n in range(4)}, in_a_row=3_600_000, used_at=now)
    playing.hoede.db.commit(lambda tx: locked(tx, SERVICE, (account,)))
    playing.hoede.db.commit(lambda tx: save(tx, SERVICE, {account: used}))
    playing.hoede.permits.sides.forget(SERVICE, account)
    # Where there is script Plein goes to the calm screen by itself, perhaps just now.
    with suppress(PlaywrightError):
        mine.page.goto(f"{mine.person.plein_url}/phones")
        mine.taps("Let the last quarter of an hour count")
    until(lambda: _says(mine, "Time is up for now."))
    with suppress(PlaywrightError):
        mine.page.goto(f"{mine.person.plein_url}/pause")
    mine.page.wait_for_url("**/pause")
    mine.reads("Your time for today is up")
    mine.opens("time")
    mine.reads("Your time for now is up", "Ask something", "Always open: help")
    expect(mine.page.get_by_role("button", name="Go on today")).to_have_count(0)


def _says(mine: Mine, said: str) -> bool:
    with suppress(PlaywrightError):  # likewise
        mine.page.goto(f"{mine.person.plein_url}/phones")
        return said in mine.page.locator("main").inner_text()
    return False


def _read_every_look(mine: Mine) -> None:
    mine.opens()
    mine.follows("What was looked at")
    mine.reads("Anna looked at: your settings,", "Anna looked at: your questions,", "set a limit: Search")


def _leave_in_seven_days_and_stay(mine: Mine, theirs: Theirs, link: str) -> None:
    mine.opens(then=f"/me/family/stop/{link}")
    mine.reads("it stops by itself in 7 days")
    mine.taps("Ask to stop")
    mine.reads("Days left: 7")
    theirs.opens(f"/family/teen/{link}")
    theirs.reads("Lotte asks to stop")
    mine.opens()
    mine.taps("Rather stay paired")
    mine.reads("You stay paired.")


def _ask_for_a_safe_way_out(mine: Mine, theirs: Theirs, link: str) -> None:
    """Two taps; nothing of it is on any page of the guardian's or in a letter, nor on the teen's own."""
    theirs.letter("would like to stop pairing")  # the last one that is still on its way
    theirs.opens(f"/family/teen/{link}")
    page, letters = theirs.page.locator("main .stack--loose").inner_text(), len(theirs.letters())
    mine.opens()
    mine.follows("Home is not safe for me")
    mine.taps("Ask for help")
    mine.reads("A person reads this within 24 hours.")
    theirs.page.reload()
    assert theirs.page.locator("main .stack--loose").inner_text() == page
    assert len(theirs.letters()) == letters
    mine.opens("safe")
    mine.reads("Ask for help")
    expect(mine.page.locator("main")).not_to_contain_text("We have your message")


def test_at_sixteen_one_pairs_by_code_agrees_and_stops_at_once(two: Two, *, script: bool) -> None:
    mine, theirs = two("Bo", 16)
    theirs.opens("/family")
    theirs.comes_in(script=script)
    theirs.opens("/family/pair")
    theirs.page.get_by_label("Agreement: both propose").check()
    theirs.taps("Make an invitation")
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", theirs.page.locator("main").inner_text())
    assert code is not None
    mine.opens()
    mine.follows("I have an invitation")
    mine.page.get_by_label("The code, or the whole link").fill(code[0].lower())
    mine.page.get_by_label("Their e-mail address").fill(theirs.mail)
    mine.taps("Go on")
    mine.reads("time, per week")
    mine.taps("I read both lists. Pair with Anna")
    link = _agree(mine, theirs)
    mine.opens(then=f"/me/family/stop/{link}")
    mine.reads("You can stop now. You both get the same message.")
    mine.taps("Stop now")
    mine.reads("The pairing has stopped.", "You have no pairing.")
    theirs.letter("A pairing has stopped")
    theirs.opens("/family")
    theirs.reads("You are not paired with anybody yet")


def _agree(mine: Mine, theirs: Theirs) -> str:
    """The teen proposes, the guardian signs; the id of the pairing."""
    mine.follows("Our agreement")
    link = mine.page.url.partition("/agreement/")[2].partition("?")[0]
    mine.page.get_by_label("What do you agree, in your own words?").fill("Phones sleep in the hall.")
    mine.page.locator("summary", has_text="Time").last.click()
    mine.page.get_by_label("Time a day").select_option("90")
    mine.taps("Sign and propose")
    theirs.opens(f"/family/teen/{link}/agreement")
    theirs.reads("Phones sleep in the hall.")
    theirs.page.locator("form[action$='/sign'] button").first.click()
    mine.opens("time")
    mine.reads("90 min")
    return link
