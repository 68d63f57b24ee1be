"""How a guardian gets in, and pairs: by letter, passkey, link and code; and everything that opens nothing."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from tests.parts import fresh
from tests.web.family import (
    Home,
    born,
    confirmed,
    guardian,
    invitation,
    letter,
    letters_to,
    paired,
    stranger,
    teen,
)

from hoede.app import Hoede
from hoede.app.outside import endpoints_of
from hoede.app.rehearsal import SERVICE
from hoede.client import family_link, me_link
from hoede.pairing import Mode
from hoede.pairing.rules.codes import BY_CODE
from hoede.web.family.frame import SESSION_COOKIE


def cookies(home: Home) -> set[str]:
    return {one.name for one in home.http.cookies.jar}


def test_a_letter_and_a_passkey_lead_in_and_the_passkey_again(console: Hoede) -> None:
    home, mail = stranger(console), f"{fresh('g')}@mail.example"
    path = urlsplit(letter(home, mail)).path
    options = home.say(f"{path}/begin", {}, at=path).json()

    joined = home.say(f"{path}/finish", {"answer": home.device.make(options), "to": "/family/pair"}, at=path)

    assert joined.json() == {"go": "/family/pair"}
    assert "Hello Anna" in home.page()
    home.post("/family/sign-out")
    options = home.say("/family/sign-in/begin", {}, at="/family").json()
    again = home.say("/family/sign-in/finish", {"answer": home.device.use(options)}, at="/family")
    assert again.json() == {"go": "/family"}
    assert "Hello Anna" in home.page()


def test_a_letter_alone_is_enough_where_no_script_runs_and_works_once(console: Hoede) -> None:
    home, mail = stranger(console), f"{fresh('g')}@mail.example"
    path = urlsplit(letter(home, mail, to="/family/pair")).path
    assert "Come in without a passkey" in home.page(path)  # looking uses nothing up

    entered = home.post(f"{path}/enter", {"to": "/family/pair"}, at=path)

    assert entered.headers["location"] == "/family/pair"
    assert "You got a code" in home.page("/family/pair")
    assert home.get(path).status_code == 404
    assert "Ask for a new letter." in home.get(path).text


def test_whether_somebody_is_known_is_told_to_nobody(console: Hoede) -> None:
    home, mail = stranger(console), f"{fresh('g')}@mail.example"
    first = home.post("/family/letter", {"mail": mail, "name": "Anna"}).text

    second = home.post("/family/letter", {"mail": mail, "name": "Somebody else"}).text

    assert first == second
    assert letters_to(console, mail)[1].startswith("Hello,")


WRONG_MAIL = [("no address", "Anna"), ("anna@mail.example", " "), ("anna@mail.example", "A" * 81), ("", "")]


@pytest.mark.parametrize(("mail", "name"), WRONG_MAIL)
def test_what_is_no_address_or_no_name_is_said_and_stays_typed(console: Hoede, mail: str, name: str) -> None:
    answer = stranger(console).post("/family/letter", {"mail": mail, "name": name})

    assert answer.status_code == 422
    assert "Write an address we can send a letter to, and your name." in answer.text
    assert f'value="{mail}"' in answer.text


def test_letters_have_an_end(console: Hoede) -> None:
    home, mail = stranger(console), f"{fresh('g')}@mail.example"
    answers = [home.post("/family/letter", {"mail": mail, "name": "Anna"}) for _ in range(6)]

    assert [one.status_code for one in answers] == [200] * 5 + [429]
    assert "Too many tries. Wait a while, then try again." in answers[-1].text


def test_its_cookie_is_its_own_and_goes_nowhere_else(console: Hoede) -> None:
    home, mail = stranger(console), f"{fresh('g')}@mail.example"
    path = urlsplit(letter(home, mail)).path

    set_cookie = home.post(f"{path}/enter", at=path).headers.get_list("set-cookie")[0]

    assert set_cookie.startswith(f"{SESSION_COOKIE}=")
    assert {"Path=/family", "Secure", "HttpOnly", "SameSite=lax"} <= set(set_cookie.split("; "))
    assert home.get("/console").headers["location"].startswith("/console/sign-in")


def test_a_form_of_another_site_or_an_old_one_does_nothing(console: Hoede) -> None:
    home, _ = guardian(console)
    foreign = home.http.post(
        "/family/sign-out", data={"form": home.form()}, headers={"origin": "https://x.example"}
    )
    old = home.http.post(
        "/family/sign-out", data={"form": "old"}, headers={"origin": "https://hoede.example"}
    )

    assert (foreign.status_code, old.status_code) == (403, 403)
    assert "Hello Anna" in home.page()


def test_a_teens_link_shows_both_lists_and_pairs_once_both_said_yes(console: Hoede) -> None:
    home, _ = guardian(console)
    end = teen(console)
    path = f"/family/invited/{invitation(console, end).secret}"
    page = home.page(path)
    assert f"{end.account} asks you to pair." in page
    assert "time, per part of the day" in page
    assert "visits to help pages" in page

    taken = home.post(path).headers["location"]

    assert "now reads what you will see, and decides." in home.page(taken)
    confirmed(console, end, taken.rpartition("/")[2].partition("?")[0])
    assert f"{end.account} and you" in home.page(taken.partition("?")[0])


def test_at_sixteen_the_list_is_shorter_before_anybody_says_yes(console: Hoede) -> None:
    home, _ = guardian(console)
    page = home.page(f"/family/invited/{invitation(console, teen(console, 16)).secret}")

    assert "time, per week" in page
    assert "posted in public" not in page


def test_who_is_not_signed_in_comes_back_to_the_invitation(console: Hoede) -> None:
    home, mail = stranger(console), f"{fresh('g')}@mail.example"
    end = teen(console)
    wanted = f"/family/invited/{invitation(console, end).secret}"
    sign_in = home.get(wanted).headers["location"]
    assert f'name="to" value="{wanted}"' in home.page(sign_in)

    path = letter(home, mail, to=wanted)
    page = home.get(path).text

    assert f'name="to" value="{wanted}"' in page


def test_a_code_pairs_together_with_the_inviters_name_however_it_is_typed(console: Hoede) -> None:
    home, _ = guardian(console)
    end = teen(console)
    made = invitation(console, end)
    told = {"code": made.code.lower().replace("-", " "), "handle": f"@{made.handle.upper()}"}

    taken = home.post("/family/pair/code", told, at="/family/pair")

    assert taken.status_code == 303
    assert end.account in home.page(taken.headers["location"])


NO_CODES = ["7K3M-0QWZ-94TA", "", "short", "ÄÖÜ" * 4, "7K3M-0QWZ-94TA-7K3M"]


@pytest.mark.parametrize("code", NO_CODES)
def test_a_wrong_code_reads_as_every_other_and_stays_typed(console: Hoede, code: str) -> None:
    home, _ = guardian(console)
    made = invitation(console, teen(console))

    answer = home.post("/family/pair/code", {"code": code, "handle": made.handle}, at="/family/pair")

    assert answer.status_code == 422
    assert "This code does not work. Ask for a new one." in answer.text
    assert f'value="{made.handle}"' in answer.text


def test_a_used_code_an_old_link_and_a_guessed_one_read_the_same(console: Hoede) -> None:
    home, other = guardian(console)[0], guardian(console)[0]
    made = invitation(console, teen(console))
    told = {"code": made.code, "handle": made.handle}
    assert other.post("/family/pair/code", told, at="/family/pair").status_code == 303

    answers = [
        home.post("/family/pair/code", told, at="/family/pair"),
        home.post(f"/family/invited/{made.secret}"),
        home.get(f"/family/invited/{made.secret}"),
        home.get("/family/invited/abcdefghijklmnopqrstuvwxyz"),
    ]

    assert {one.status_code for one in answers} == {422}
    assert all("This code does not work. Ask for a new one." in one.text for one in answers)


def test_codes_rest_after_too_many_guesses_and_say_until_when(console: Hoede) -> None:
    home, _ = guardian(console)
    made = invitation(console, teen(console))
    for _ in range(2 * BY_CODE):
        home.post("/family/pair/code", {"code": "wrong", "handle": made.handle}, at="/family/pair")

    answer = home.post("/family/pair/code", {"code": made.code, "handle": made.handle}, at="/family/pair")

    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    assert answer.status_code == 429
    assert f"Too many tries. Wait until {tomorrow.day} " in answer.text


def test_a_guardian_invites_and_the_invitation_is_shown_once(console: Hoede) -> None:
    home, person = guardian(console)
    page = home.post("/family/pair/invite", {"mode": "agreement"}, at="/family/pair").text

    assert '<div class="qr" role="img" aria-label="A picture with the link' in page
    assert "https://hoede.example/me/family/join/" in page
    kept, _ = console.pair.people.known(person)
    assert kept is not None
    assert kept.mail in page
    waits = home.page()
    assert "Your invitation" in waits
    assert "https://hoede.example/me/family/join/" not in waits


def test_an_invitation_is_taken_back_before_it_begins(console: Hoede) -> None:
    home, _ = guardian(console)
    end = teen(console)
    path = f"/family/invited/{invitation(console, end).secret}"
    taken = home.post(path).headers["location"].partition("?")[0]

    gone = home.post(f"{taken}/decline", at=taken)

    assert "It is off." in home.page(gone.headers["location"])
    assert home.get(taken).status_code == 404
    assert end.account not in home.page()


def test_a_third_guardian_is_one_too_many(console: Hoede) -> None:
    end, (first, second, third) = teen(console), [guardian(console)[0] for _ in range(3)]
    paired(console, first, end=end)
    late = invitation(console, end)
    paired(console, second, end=end)

    answer = third.post(f"/family/invited/{late.secret}")

    assert answer.status_code == 409
    assert "Two guardians is the most a teen has" in answer.text


def came_from(home: Home, account: str, *, ago: timedelta = timedelta(), linked: str | None = None) -> str:
    secrets = endpoints_of(home.hoede.config)[SERVICE].secrets
    now = datetime.now(UTC) - ago
    whole = family_link(
        "https://hoede.example", secrets, service=SERVICE, account=account, now=now, linked=linked
    )
    return f"{urlsplit(whole).path}?{urlsplit(whole).query}"


def test_a_platform_hands_a_guardian_over_who_says_whose_account_it_is(console: Hoede) -> None:
    home, person = guardian(console)
    own = teen(console, 40)
    assert home.get(came_from(home, own.account)).headers["location"] == "/family"
    assert f"Is the account {own.account} at" in home.page()

    home.post("/family/from", {"mine": "yes"})

    assert console.pair.people.known(person)[1] == ((SERVICE, own.account),)
    assert "Is the account" not in home.page()


def test_an_account_that_is_not_theirs_is_tied_to_nobody(console: Hoede) -> None:
    home, person = guardian(console)
    home.get(came_from(home, teen(console, 40).account))

    home.post("/family/from", {"mine": "no"})

    assert console.pair.people.known(person)[1] == ()
    assert "Is the account" not in home.page()


def test_a_hand_over_that_is_old_forged_or_for_another_page_opens_nothing(console: Hoede) -> None:
    home, _ = guardian(console)
    secrets = endpoints_of(console.config)[SERVICE].secrets
    other = me_link("", secrets, service=SERVICE, account="noor", now=datetime.now(UTC)).partition("?")[2]
    paths = [came_from(home, "noor", ago=timedelta(hours=1)), "/family?h=forged", f"/family?{other}"]

    answers = [home.get(path) for path in paths]

    assert {one.status_code for one in answers} == {410}
    assert all("This link is not open any more" in one.text for one in answers)


def test_both_ends_of_one_hand_do_not_pair(console: Hoede) -> None:
    home, _ = guardian(console)
    home.get(came_from(home, teen(console, 40).account, linked="one-hand"))
    home.post("/family/from", {"mine": "yes"})
    path = f"/family/invited/{invitation(console, teen(console, linked='one-hand')).secret}"

    answer = home.post(path)

    assert answer.status_code == 422
    assert "Both sides seem the same person. Pairing takes two." in answer.text


def test_a_guardian_under_eighteen_does_not_pair(console: Hoede) -> None:
    home, person = guardian(console)
    console.pair.people.prove(person, born(16))

    answer = home.post(f"/family/invited/{invitation(console, teen(console)).secret}")

    assert answer.status_code == 422
    assert "A guardian must be 18 or over. We need proof first." in answer.text


def test_an_adult_who_reaches_for_a_third_unrelated_teen_reads_something_neutral(console: Hoede) -> None:
    home, _ = guardian(console)
    for _ in range(2):
        paired(console, home)

    answer = home.post(f"/family/invited/{invitation(console, teen(console)).secret}")

    assert answer.status_code == 422
    assert "Pairing is not possible with this account now." in answer.text


def test_it_is_all_there_in_dutch(console: Hoede) -> None:
    home, _ = guardian(console)
    page = home.page(f"/family/invited/{invitation(console, teen(console), Mode.AGREEMENT).secret}", "nl")

    assert "Een uitnodiging om te koppelen" in page
    assert "bezoek aan hulppagina&#39;s" in page
