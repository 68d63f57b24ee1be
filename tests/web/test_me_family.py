"""The teen's half of pairing on pages: invited, read, confirmed, asked, signed, seen, stopped; in words."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from tests.web.api import Api
from tests.web.families import Phone, guardian, mail_of, pair, phone, plain, prove, version_in

from hoede.app.rehearsal import SERVICE
from hoede.core.ages import AgeEvidence, Assurance
from hoede.core.handover import Handover
from hoede.flow.pair import Guardian
from hoede.flow.pair.clock import rest
from hoede.pairing import By, Cause, Mode, State, guardians, store
from hoede.pairing.rules.asking import Kind, Stands, Wish
from hoede.pairing.rules.saying import Refusal
from hoede.pairing.tables import LINKS, PROPOSALS, REQUESTS
from hoede.review.asked import LONGEST_TEXT

HOME = "/me/family"


def test_who_has_no_pairing_reads_that_they_need_none(api: Api) -> None:
    page = phone(api).page()

    assert "You have no pairing. You may invite someone; you do not have to." in page
    assert "Home is not safe for me" in page


def test_an_invitation_is_a_picture_a_link_and_a_code_beside_ones_name(api: Api) -> None:
    mine = phone(api)

    answer = mine.send(f"{HOME}/invite", mode="limits")

    assert answer.status_code == 200
    assert "/family/invited/" in answer.text
    assert "<svg" in answer.text
    assert f"Together with your name here: {mine.account}" in plain(answer.text)


def test_neither_way_of_deciding_is_chosen_before(api: Api) -> None:
    mine = phone(api)

    assert " checked>" not in mine.page(f"{HOME}/invite")
    assert mine.refused(f"{HOME}/invite")[0] == 422


def test_a_third_open_invitation_is_refused_until_one_is_taken_back(api: Api) -> None:
    mine = phone(api)
    for _ in range(2):
        mine.send(f"{HOME}/invite", mode="agreement")

    assert "Two invitations are open. Take one back first." in mine.page(f"{HOME}/invite")

    link = api.hoede.db.read(lambda conn: store.of_account(conn, "plein", mine.account))[0].id
    mine.does(f"{HOME}/link/{link}/no")
    assert "Make an invitation" in mine.page(f"{HOME}/invite")


def test_a_guardian_who_came_by_the_teens_invitation_waits_for_the_yes(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    shown = mine.send(f"{HOME}/invite", mode="limits").text
    secret = shown.partition("/family/invited/")[2][:26]
    assert not isinstance(api.hoede.pair.links.accept_link(theirs, secret), Refusal)

    page = mine.page()

    assert "Sanne came by your invitation. Is it the person you invited?" in page
    assert "Read what Sanne will see" in page


def test_a_teen_comes_by_code_and_address_reads_both_lists_and_says_yes(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    made = api.hoede.pair.links.invite(theirs)
    assert not isinstance(made, Refusal)

    lists = mine.does(f"{HOME}/join", code=made.code.lower(), handle=mail_of(api, theirs))

    for said in (
        "Sanne will see:",
        "time, per part of the day",
        "Sanne will never see:",
        "We did not check it.",
        "visits to help pages",
    ):
        assert said in lists
    home = mine.does(f"{HOME}/link/{made.link}/yes", version=version_in(lists))
    assert "Paired since" in home
    assert api.hoede.db.read(lambda conn: store.known(conn, made.link)).state is State.ACTIVE


def test_before_the_yes_a_teen_reads_that_we_checked_who_proved_it(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    prove(api, theirs)
    made = api.hoede.pair.links.invite(theirs)
    assert not isinstance(made, Refusal)

    lists = mine.does(f"{HOME}/join", code=made.code, handle=mail_of(api, theirs))

    assert "We checked: this person is 18 or over." in lists
    assert "We did not check it." not in lists


def test_at_16_the_list_says_a_week(api: Api) -> None:
    mine, theirs = phone(api, 16), guardian(api)
    link = pair(api, mine, theirs)

    page = mine.page(f"{HOME}/link/{link}")

    assert "time, per week" in page
    assert "time, per part of the day" not in page


def test_a_yes_to_another_list_begins_nothing(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    made = api.hoede.pair.links.invite(theirs)
    assert not isinstance(made, Refusal)
    mine.does(f"{HOME}/join", code=f"/me/family/join/{made.secret}")

    answer = mine.refused(f"{HOME}/link/{made.link}/yes", version="0" * 16)

    assert answer == (409, "This changed just before you. This is how it is now.")


def test_nobody_pairs_within_a_day_of_a_first_message(api: Api) -> None:
    mine = phone(api, wrote_first=datetime.now(UTC) - timedelta(minutes=5))
    made = api.hoede.pair.links.invite(guardian(api))
    assert not isinstance(made, Refusal)

    status, why = mine.refused(f"{HOME}/join", code=f"/me/family/join/{made.secret}")

    assert status == 409
    assert why.startswith("Pairing and a first message cannot go together.")


WRONG_CODES = [
    ({"code": "AAAA-AAAA-AAAA", "handle": "nobody@mail.example"}, 409, "This does not work."),  # guessed
    ({"code": "http://x.example/me/family/join/" + "a" * 26}, 409, "This does not work."),  # no such link
    ({"code": "AAAA-AAAA-AAAA"}, 422, "Type the code and their e-mail address"),  # whose?
    ({"code": ""}, 422, "Type the code and their e-mail address"),  # nothing
]


@pytest.mark.parametrize(("typed", "status", "says"), WRONG_CODES)
def test_what_opens_nothing_is_said_in_one_sentence(
    api: Api, typed: dict[str, str], status: int, says: str
) -> None:
    found, why = phone(api).refused(f"{HOME}/join", **typed)

    assert (found, why.startswith(says)) == (status, True)


def test_a_code_that_was_used_opens_nothing_for_somebody_else(api: Api) -> None:
    made = api.hoede.pair.links.invite(guardian(api))
    assert not isinstance(made, Refusal)
    link = f"/me/family/join/{made.secret}"
    phone(api).does(f"{HOME}/join", code=link)

    assert phone(api).refused(f"{HOME}/join", code=link)[0] == 409


def test_ten_wrong_tries_are_enough_for_a_day(api: Api) -> None:
    mine = phone(api)
    for _ in range(10):
        mine.refused(f"{HOME}/join", code="AAAA-AAAA-AAAA", handle="nobody@mail.example")

    assert mine.refused(f"{HOME}/join", code="AAAA-AAAA-AAAA", handle="a@b.example")[1].startswith(
        "Too many tries."
    )


def test_a_guardians_link_outside_the_app_says_how_to_go_on_and_nothing_else(api: Api) -> None:
    made = api.hoede.pair.links.invite(guardian(api, "Sanne"))
    assert not isinstance(made, Refusal)

    page = api.http.get(f"/me/family/join/{made.secret}?lang=en")

    assert page.status_code == 200
    assert "Open your app first" in page.text
    assert "Sanne" not in page.text


def test_a_guardians_link_in_the_own_session_is_filled_in(api: Api) -> None:
    mine = phone(api)
    made = api.hoede.pair.links.invite(guardian(api))
    assert not isinstance(made, Refusal)

    assert f'value="{made.secret}"' in mine.page(f"{HOME}/join/{made.secret}")
    assert "Sanne" in mine.does(f"{HOME}/join", code=made.secret)


def test_of_somebody_elses_pairing_nobody_learns_that_it_is_there(api: Api) -> None:
    link = pair(api, phone(api), guardian(api))
    other = phone(api)

    answers = [other.get(f"{HOME}/link/{name}").status_code for name in (link, "pair_none")]
    acts = [other.send(f"{HOME}/link/{link}/{act}").status_code for act in ("no", "again", "yes")]

    assert answers == [404, 404]
    assert acts == [409] * 3 or set(acts) <= {404, 409}


def test_a_limit_is_shown_with_its_reason_and_a_question_to_talk_about(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    link = pair(api, mine, theirs)
    version = api.hoede.pair.views.my_guardians(mine.teen)[0].version
    done = api.hoede.pair.together.limit(
        theirs, link, "search.use", "off", version=version, reason="Until the exams."
    )
    assert not isinstance(done, Refusal)

    page = mine.page(f"{HOME}/link/{link}")
    own = mine.page("/me")

    assert "Until the exams." in page
    assert "Decided by: Your parent or guardian." in own
    assert "Until the exams." in own
    assert "Ask for more" in own


def test_a_question_goes_in_ones_own_words_and_is_answered_by_an_offer(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    pair(api, mine, theirs)

    page = mine.does(f"{HOME}/ask", kind="extra_time", minutes="30", words="For the choir video.")
    [asked] = api.hoede.pair.views.my_requests(mine.teen)
    offered = api.hoede.pair.asking.counter(theirs, asked.id, 15, reason="It is late.")
    assert not isinstance(offered, Refusal)
    countered = mine.page()
    taken = mine.does(f"{HOME}/request/{asked.id}/accept")

    assert "For the choir video." in page
    assert "You can also have: 15 min" in countered
    assert "It is late." in countered
    assert "Agreed. It counts from now on." in taken
    assert "Extra today: 15 min." in mine.page("/me/time")


def test_more_room_is_asked_for_what_a_guardian_limited(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    link = pair(api, mine, theirs)
    version = api.hoede.pair.views.my_guardians(mine.teen)[0].version
    api.hoede.pair.together.limit(theirs, link, "search.use", "off", version=version)

    form = mine.page(f"{HOME}/ask", setting="search.use")
    page = mine.does(f"{HOME}/ask", kind="loosen", set__search__use="on", words="For school.")
    [asked] = api.hoede.pair.views.my_requests(mine.teen)
    api.hoede.pair.asking.approve(theirs, asked.id)

    assert 'name="set.search.use"' in form
    assert "Search: On" in page
    assert policy_step(api, mine.account, "search.use") == "on"


def policy_step(api: Api, account: str, setting: str) -> str:
    answer = api.http.get(f"/v1/accounts/{account}/policy", headers=api.headers())
    return str(answer.json()["settings"][setting]["step"])


def test_a_fourth_question_waits(api: Api) -> None:
    mine = phone(api)
    pair(api, mine, guardian(api))
    for one in range(3):
        mine.does(f"{HOME}/ask", kind="contact", about=f"friend-{one}")

    refused = mine.refused(f"{HOME}/ask", kind="contact", about="friend-4")

    assert refused == (409, "Three questions are open. First wait or take one back.")
    assert "Three questions are open." in mine.page(f"{HOME}/ask")


def test_a_question_is_taken_back(api: Api) -> None:
    mine = phone(api)
    pair(api, mine, guardian(api))
    mine.does(f"{HOME}/ask", kind="extra_time", minutes="10")
    [asked] = api.hoede.pair.views.my_requests(mine.teen)

    page = mine.does(f"{HOME}/request/{asked.id}/leave")

    assert "Taken back. Nothing changed." in page
    assert mine.refused(f"{HOME}/request/{asked.id}/leave")[0] == 409


WRONG_QUESTIONS = [
    {"kind": "extra_time", "minutes": "900"},  # more than may be asked
    {"kind": "extra_time", "minutes": "many"},
    {"kind": "loosen", "set.search.use": "loudly"},  # off the ladder
    {"kind": "loosen"},
    {"kind": "buy", "about": "x"},
    {"kind": "contact", "about": " "},
    {"kind": "end_link"},  # stopping has its own way
    {"kind": "extra_time", "minutes": "10", "words": "x" * 501},
]


@pytest.mark.parametrize("fields", WRONG_QUESTIONS)
def test_a_question_that_cannot_be_asked_is_refused_in_words(api: Api, fields: dict[str, str]) -> None:
    mine = phone(api)
    pair(api, mine, guardian(api))

    status, why = mine.refused(f"{HOME}/ask", **fields)

    assert status in {409, 422}
    assert why
    assert api.hoede.pair.views.my_requests(mine.teen) == ()


def test_no_answer_is_said_kindly(api: Api) -> None:
    mine = phone(api)
    pair(api, mine, guardian(api))
    mine.does(f"{HOME}/ask", kind="extra_time", minutes="10")
    expire(api, mine.account)

    assert "No answer came in time. That is not a no. You can ask again." in mine.page()


def expire(api: Api, account: str) -> None:
    """As if a day had passed for the questions of an account."""
    past = datetime.now(UTC) - timedelta(minutes=1)
    api.hoede.db.commit(
        lambda tx: tx.conn.execute(update(REQUESTS).where(REQUESTS.c.account == account).values(until=past))
    )


def test_in_an_agreement_both_propose_and_both_sign(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    link = pair(api, mine, theirs, Mode.AGREEMENT)
    page = f"{HOME}/agreement/{link}"
    version = version_in(mine.page(page))

    proposed = mine.does(
        page, version=version, mode="agreement", text="Phones sleep in the hall.", set__time__daily_cap="45"
    )
    [paper] = api.hoede.pair.views.my_guardians(mine.teen)[0].proposals
    signed = api.hoede.pair.together.sign(theirs, paper.id)

    assert "Phones sleep in the hall." in proposed
    assert not isinstance(signed, Refusal)
    assert policy_step(api, mine.account, "time.daily_cap") == "45"
    assert "Our family agreement" in mine.page(page)


def proposed(api: Api, mine: Phone, theirs: Guardian, link: str, **steps: object) -> str:
    """The guardian's proposal, as it lies on the table."""
    version = api.hoede.pair.views.my_guardians(mine.teen)[0].version
    told = {name.replace("__", "."): step for name, step in steps.items()}
    made = api.hoede.pair.together.propose(theirs, link, told, mode=Mode.AGREEMENT, version=version)
    assert not isinstance(made, Refusal)
    return made.id


def test_a_guardians_proposal_is_signed(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    link = pair(api, mine, theirs, Mode.AGREEMENT)
    paper = proposed(api, mine, theirs, link, feed__level="strict")

    waits = mine.page()
    signed = mine.does(f"{HOME}/agreement/{link}/{paper}/sign")

    assert "A proposal waits for you" in waits
    assert "You both signed. It counts from now on." in signed
    assert policy_step(api, mine.account, "feed.level") == "strict"
    assert mine.refused(f"{HOME}/agreement/{link}/{paper}/sign")[0] == 409


def test_a_guardians_proposal_is_left(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    link = pair(api, mine, theirs, Mode.AGREEMENT)
    paper = proposed(api, mine, theirs, link, feed__level="strict")

    assert "It is off the table." in mine.does(f"{HOME}/agreement/{link}/{paper}/drop")
    assert mine.refused(f"{HOME}/agreement/{link}/{paper}/sign")[0] == 409


def test_a_proposal_that_nobody_signed_in_time_is_over(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    link = pair(api, mine, theirs, Mode.AGREEMENT)
    paper = proposed(api, mine, theirs, link, feed__level="strict")
    ago = datetime.now(UTC) - timedelta(days=8)
    api.hoede.db.commit(lambda tx: tx.conn.execute(update(PROPOSALS).values(at=ago)))

    page = mine.page(f"{HOME}/agreement/{link}")

    assert "because not both of you signed" in page
    assert f"{paper}/sign" not in page
    assert "A proposal waits for you" not in mine.page()


def test_a_proposal_on_a_page_that_is_old_is_refused(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    link = pair(api, mine, theirs)

    answer = mine.refused(
        f"{HOME}/agreement/{link}", version="0", mode="agreement", set__time__daily_cap="45"
    )

    assert answer == (409, "This changed just before you. This is how it is now.")


def test_every_look_of_a_guardian_is_read_by_the_teen(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    link = pair(api, mine, theirs)
    for page in ("overview", "time", "settings"):
        api.hoede.pair.views.guardian_sees(theirs, link, page)

    page = mine.page(f"{HOME}/looks")

    assert "Looks by Sanne: 3" in page
    for said in ("the overview", "your time", "your settings"):
        assert f"Sanne looked at: {said}," in page


def test_at_14_stopping_takes_seven_days_and_can_be_taken_back(api: Api) -> None:
    mine = phone(api)
    link = pair(api, mine, guardian(api))

    before = mine.page(f"{HOME}/stop/{link}")
    asked = mine.does(f"{HOME}/stop/{link}")
    stays = mine.does(f"{HOME}/stop/{link}/stay")

    assert "it stops by itself in 7 days" in before
    assert "Days left: 7" in asked
    assert "You stay paired." in stays


def test_at_16_it_stops_at_once(api: Api) -> None:
    mine, theirs = phone(api, 16), guardian(api)
    link = pair(api, mine, theirs)

    page = mine.does(f"{HOME}/stop/{link}")

    assert "The pairing has stopped." in page
    assert "You have no pairing." in page
    assert mine.refused(f"{HOME}/stop/{link}")[0] == 409
    assert api.hoede.pair.views.my_teens(theirs) == ()


def test_it_is_said_again_that_it_is_right(api: Api) -> None:
    mine = phone(api)
    link = pair(api, mine, guardian(api))

    assert "You said that it is still right." in mine.does(f"{HOME}/link/{link}/again")


def test_what_rests_reads_the_same_whatever_it_rests_for(api: Api) -> None:
    texts = set()
    for cause in Cause:
        mine, theirs = phone(api), guardian(api)
        link = pair(api, mine, theirs)
        frozen(api, link, cause)
        page = mine.page()
        assert "Family Pairing is not available now." in page
        texts.add(page.partition("<main")[2].replace(link, "LINK").split("h=")[0])
    assert len(texts) == 1


def frozen(api: Api, link: str, cause: Cause) -> None:
    desk = api.hoede.pair.clock.desk
    api.hoede.db.commit(lambda tx: rest(tx, desk, store.lock(tx, link), cause, By.PERSON))


def test_deletion_of_the_guardian_ends_it_and_the_page_says_so(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    pair(api, mine, theirs)
    api.hoede.pair.people.go(theirs.person)

    assert "You have no pairing." in mine.page()


def test_the_safe_way_out_answers_the_same_however_much_somebody_wrote_before(api: Api) -> None:
    mine = phone(api)
    status, said = mine.refused("/me/safe", words="x" * (LONGEST_TEXT + 1))
    assert (status, "too long: at most 3,000" in said) == (422, True)
    answers = [mine.send("/me/safe", words=f"{n}".ljust(LONGEST_TEXT, "x"), reach="app") for n in range(12)]

    assert {one.status_code for one in answers} == {200}
    assert len({one.text.partition("<main")[2].split("h=")[0] for one in answers}) == 1
    assert api.hoede.pair.exits.told(mine.teen) is not None  # they may be answered here, as they said


def test_a_platform_that_proves_an_adult_ends_it(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    link = pair(api, mine, theirs)
    proof = {"method": "document", "assurance": "verified", "issuer": "plein", "as_of": "2026-01-01"}
    told = {"age_evidence": [proof | {"born": "1999-01-01"}]}
    answer = api.http.put(f"/v1/accounts/{mine.teen.account}", json=told, headers=api.headers())

    assert answer.json()["age_band"] == "18+"
    assert api.hoede.db.read(lambda conn: store.known(conn, link)).state is State.ENDED


def test_a_birthday_ends_a_question_kindly(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    pair(api, mine, theirs)
    asked = api.hoede.pair.asking.ask(mine.teen, Wish(kind=Kind.EXTRA_TIME, step=20))
    assert not isinstance(asked, Refusal)
    age_by_band(api, asked.id)

    status, why = mine.refused(f"{HOME}/request/{asked.id}/leave")

    assert (status, why) == (
        409,
        "It was your birthday, so other rules count. Ask again if you still want it.",
    )
    [ended] = api.hoede.pair.views.my_requests(mine.teen)
    assert ended.stands == Stands.BIRTHDAY


def age_by_band(api: Api, request: str) -> None:
    """As if it had been asked before a birthday."""
    api.hoede.db.commit(
        lambda tx: tx.conn.execute(update(REQUESTS).where(REQUESTS.c.id == request).values(band="under-13"))
    )


def minor(api: Api, theirs: Guardian) -> None:
    today = datetime.now(UTC).date()
    evidence = AgeEvidence(
        method="self-declared",
        assurance=Assurance.DECLARED,
        issuer=SERVICE,
        as_of=today,
        born=date(today.year - 15, 1, 1),
    )
    api.hoede.pair.people.prove(theirs.person, evidence)


def shut_out(api: Api, theirs: Guardian) -> None:
    api.hoede.db.commit(lambda tx: guardians.shut_out(tx, theirs.person))


WRONG_GUARDIANS = [
    (minor, "This person is not shown to be 18 or over"),  # under 18 by anything that counts
    (shut_out, "Pairing is not possible with this account now."),  # under suspicion: no reason is told
]


@pytest.mark.parametrize(("wrong", "says"), WRONG_GUARDIANS)
def test_with_a_guardian_who_may_not_nobody_pairs(
    api: Api, wrong: Callable[[Api, Guardian], None], says: str
) -> None:
    mine, theirs = phone(api), guardian(api)
    made = api.hoede.pair.links.invite(theirs)
    assert not isinstance(made, Refusal)
    wrong(api, theirs)

    status, why = mine.refused(f"{HOME}/join", code=made.secret)

    assert (status, why.startswith(says)) == (409, True)


def test_both_ends_of_one_hand_do_not_pair(api: Api) -> None:
    mine, theirs = phone(api, linked="one-hand"), guardian(api)
    other = Handover(
        service=SERVICE,
        subject=phone(api, 30).account,
        once="x",
        until=datetime.now(UTC) + timedelta(minutes=5),
        linked="one-hand",
    )
    api.hoede.pair.people.came_from(theirs.person, other)
    made = api.hoede.pair.links.invite(theirs)
    assert not isinstance(made, Refusal)

    answer = mine.refused(f"{HOME}/join", code=made.secret)

    assert answer == (409, "Both sides seem the same person. Pairing takes two.")


def test_two_guardians_is_the_most(api: Api) -> None:
    mine = phone(api)
    for name in ("Sanne", "Joost"):
        pair(api, mine, guardian(api, name))
    made = api.hoede.pair.links.invite(guardian(api, "Else"))
    assert not isinstance(made, Refusal)

    refused = mine.refused(f"{HOME}/join", code=made.secret)

    assert refused == (409, "Two guardians is the most. Stop one pairing first.")
    assert "Two guardians, two limits: the stricter counts." in mine.page()


def test_an_invitation_that_nobody_took_says_that_it_ended(api: Api) -> None:
    mine = phone(api)
    mine.send(f"{HOME}/invite", mode="limits")
    past = datetime.now(UTC) - timedelta(minutes=1)
    api.hoede.db.commit(
        lambda tx: tx.conn.execute(update(LINKS).where(LINKS.c.account == mine.account).values(until=past))
    )
    api.hoede.pair.clock.once()

    assert "Your invitation ended on" in mine.page()


def test_who_is_left_reads_that_it_stopped_and_what_that_means(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    link = pair(api, mine, theirs)
    api.hoede.pair.links.stop(theirs, link)

    page = mine.page()

    assert "Stopped on" in page
    assert "Your settings go to the start for your age, never looser." in page


def test_an_account_that_is_erased_has_no_pairing_left(api: Api) -> None:
    mine, theirs = phone(api), guardian(api)
    pair(api, mine, theirs)
    api.hoede.pair.links.erase_teen(SERVICE, mine.account)

    assert api.hoede.pair.views.my_teens(theirs) == ()
    assert "You have no pairing." in mine.page()


def test_another_site_does_nothing_here(api: Api) -> None:
    mine = phone(api)
    link = pair(api, mine, guardian(api))

    answer = api.http.post(mine.at(f"{HOME}/stop/{link}"), headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert api.hoede.db.read(lambda conn: store.known(conn, link.strip())).state is State.ACTIVE


def test_without_a_link_from_the_platform_nothing_opens(api: Api) -> None:
    for path in (HOME, f"{HOME}/invite", f"{HOME}/looks", "/me/time", "/me/safe"):
        answer = api.http.get(path)
        assert (answer.status_code, "/help" in answer.text) == (410, True)


def test_an_adult_reads_that_nobody_guards_them(api: Api) -> None:
    assert "Family Pairing is for who is under 18." in phone(api, 30).page()


PAGES = ("/me", HOME, f"{HOME}/invite", f"{HOME}/join", f"{HOME}/ask", f"{HOME}/looks", f"{HOME}/weeks")


@pytest.mark.parametrize("path", [*PAGES, "/me/time", "/me/safe"])
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_page_speaks_both_languages_and_has_help_and_the_way_out(
    api: Api, path: str, lang: str
) -> None:
    mine = phone(api, lang=lang)
    pair(api, mine, guardian(api))

    page = mine.page(path)

    assert f'<html lang="{lang}">' in page
    assert "wikipedia.org" in page
    assert 'href="/help"' in page
    assert "Traceback" not in page
