"""Plein as its people and Hoede meet it: through its pages and its door for orders."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from standardwebhooks.webhooks import Webhook
from starlette.testclient import TestClient

from hoede.demo.plein import PleinSettings, create_app

SECRET, NEXT_SECRET = ("whsec_" + base64.b64encode(bytes([one]) * 24).decode() for one in (1, 2))
PROMPTLY_S = 10.0
FAMILY = {"link_started", "link_ended", "settings_changed", "time_up"}
FOR_ACCOUNTS = {"restrict_account", "lift", "close_account", "reopen", "notify", *FAMILY}


class FakeHoede(ThreadingHTTPServer):
    """Says `answer` to events and takes receipts, over real HTTP; `down` makes it answer 503."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: tuple[int, dict[str, object]] = (200, {"answer": "allow"})
        self.down = threading.Event()
        self.accounts: list[dict[str, Any]] = []
        self.events: list[str] = []  # the Idempotency-Key of each
        self.receipts: list[tuple[str, dict[str, Any]]] = []
        self.beats: list[dict[str, Any]] = []
        self.time_closes = False
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def told(self, path: str, body: bytes, key: str) -> tuple[int, dict[str, object]]:
        if path == "/v1/events":
            self.events.append(key)
        if self.down.is_set():
            return 503, {}
        if path.startswith("/v1/accounts/"):
            self.accounts.append(json.loads(body))
            return 200, {"age_band": "18+"}
        if path.endswith("/receipt"):
            self.receipts.append((path.split("/")[3], json.loads(body)))
            return 200, {"state": "done"}
        if path == "/v1/heartbeats":
            return 200, self._heard(json.loads(body)["beats"])
        if path == "/v1/permits":
            return 200, {"permits": [self._permit(one) for one in json.loads(body)["attempts"]]}
        return self.answer

    def _heard(self, beats: list[dict[str, Any]]) -> dict[str, object]:
        self.beats += beats
        closed = {one["account"] for one in beats} if self.time_closes else set()
        told = [{"account": one, "code": "break", "asks": None, "opens_at": None} for one in closed]
        return {"heard": {"counted": len(beats)}, "closed": told, "winding_down": []}

    def _permit(self, _attempt: dict[str, Any]) -> dict[str, object]:
        text = {"en": "Time for a break of 5 min.", "nl": "Tijd voor een pauze van 5 min."}
        why = {
            "code": "break",
            "text": text,
            "guideline": "time",
            "setting": "time.break_every",
            "asks": None,
        }
        refused = {"permit": "refused", "reasons": [why], "now": {"en": [], "nl": []}}
        granted = {"permit": "granted", "reasons": []}
        return {"whom": None, "packs": [], "opens_at": None, **(refused if self.time_closes else granted)}


class _Handler(BaseHTTPRequestHandler):
    server: FakeHoede
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, told = self.server.told(self.path, body, self.headers.get("Idempotency-Key", ""))
        out = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    def say_usage(self) -> None:
        told: dict[str, object] = {
            "minutes_today": 10,
            "minutes_allowed": 60,
            "minutes_left": 50,
            "extra_minutes": 0,
        }
        told |= {"permit": "granted", "codes": [], "asks": None, "opens_at": None}
        out = json.dumps(told | {"wind_down_at": None, "winds_down": False}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)

    do_POST = do_PUT = answer  # noqa: N815 - http.server's names
    do_GET = say_usage  # noqa: N815 - likewise

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        pass


@pytest.fixture
def hoede() -> Iterator[FakeHoede]:
    server = FakeHoede()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def settings(hoede: FakeHoede, tmp_path: Path) -> PleinSettings:
    css = tmp_path / "css"
    css.mkdir()
    return PleinSettings(
        folder=tmp_path / "plein",
        hoede_url=hoede.url,
        api_key="hk_k_s",
        webhook_secrets=(SECRET, NEXT_SECRET),
        css=css,
        hoede_public_url="http://hoede.test",
        again_s=0.05,
    )


def opened(settings: PleinSettings) -> TestClient:
    return TestClient(create_app(settings), base_url="http://plein.test", headers={"Accept-Language": "en"})


@pytest.fixture
def plein(settings: PleinSettings) -> Iterator[TestClient]:
    with opened(settings) as client:
        yield client


@pytest.fixture
def joined(plein: TestClient) -> str:
    """The id of Noor, an adult who is signed in."""
    plein.post("/join", data={"name": "Noor", "born": "1990-02-28", "country": "NL"})
    return str(plein.get("/admin/me").json()["id"])


def png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (32, 24), "orange").save(out, "PNG")
    return out.getvalue()


def upload(plein: TestClient) -> str:
    """The id of the post."""
    files = {"picture": ("x.png", png(), "image/png")}
    answer = plein.post("/post", data={"caption": "A square"}, files=files, follow_redirects=False)
    return answer.headers["location"].rpartition("/")[2]


def order(
    plein: TestClient,
    name: str,
    measure: str,
    target: str,
    *,
    secret: str = SECRET,
    letter: dict[str, object] | None = None,
) -> int:
    """The status of Plein's answer to an order."""
    kind = "account" if measure in FOR_ACCOUNTS else "content"
    data = {"order": name, "measure": measure, "target": {"kind": kind, "id": target}, "account": target}
    at = datetime.now(UTC)
    body = json.dumps({"timestamp": at.isoformat(), "data": {**data, "letter": letter}})
    stamp, signature = str(int(at.timestamp())), Webhook(secret).sign(name, at, body)
    headers = {"webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": signature}
    return plein.post("/hooks/hoede", content=body, headers=headers).status_code


def a_letter() -> dict[str, object]:
    return {
        "locale": "en",
        "title": "Your account is closed",
        "paragraphs": ["We closed it because of rule 2.", "We cannot say more."],
        "appeal_url": "http://hoede.test/appeal/abc",
    }


def state(plein: TestClient, content: str) -> str:
    return str(plein.get(f"/admin/contents/{content}").json()["state"])


def eventually(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + PROMPTLY_S
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()


def test_who_joins_is_told_to_hoede_with_the_declared_age(
    plein: TestClient, hoede: FakeHoede, joined: str
) -> None:
    told = hoede.accounts[0]
    assert (told["screen_name"], told["country"], told["zone"]) == ("Noor", "NL", "Europe/Amsterdam")
    assert [one["assurance"] for one in told["age_evidence"]] == ["declared"]
    assert "Hi Noor" in plein.get("/profile").text


def test_who_verifies_is_told_again_with_verified_evidence(
    plein: TestClient, hoede: FakeHoede, joined: str
) -> None:
    assert "Your age is verified." in plein.post("/verify").text
    assert [one["assurance"] for one in hoede.accounts[-1]["age_evidence"]] == ["declared", "verified"]


def test_an_account_is_told_when_hoede_is_back(plein: TestClient, hoede: FakeHoede) -> None:
    hoede.down.set()
    plein.post("/join", data={"name": "Noor", "born": "1990-02-28", "country": "NL"})
    hoede.down.clear()
    assert eventually(lambda: bool(plein.get("/admin/me").json()["told"]))


def test_a_child_under_13_is_turned_away_kindly_and_not_kept(plein: TestClient, hoede: FakeHoede) -> None:
    born = datetime.now(UTC).date().replace(day=1).replace(year=datetime.now(UTC).year - 10)
    answer = plein.post("/join", data={"name": "Willemijn", "born": born.isoformat(), "country": "NL"})
    assert answer.status_code == 403
    assert "You did nothing wrong" in answer.text
    assert "Willemijn" not in plein.get("/").text
    assert hoede.accounts == []


@pytest.mark.parametrize(
    ("form", "words_shown"),
    [
        ({"name": " ", "born": "1990-01-01"}, "Fill in a name"),
        ({"name": "Noor", "born": "soon"}, "Fill in your birth date"),
        ({"name": "Noor", "born": "2990-01-01"}, "Fill in your birth date"),  # not born yet
        ({}, "Fill in a name"),
    ],
)
def test_a_form_that_is_not_right_says_what_is_missing(
    plein: TestClient, form: dict[str, str], words_shown: str
) -> None:
    answer = plein.post("/join", data={**form, "country": "NL"})
    assert (answer.status_code, words_shown in answer.text) == (422, True)


def test_an_allowed_picture_is_shown_to_everybody(plein: TestClient, joined: str) -> None:
    post = upload(plein)
    plein.post("/sign-out")
    assert f"/pictures/{post}" in plein.get("/").text
    picture = plein.get(f"/pictures/{post}")
    assert (picture.content, picture.headers["content-type"]) == (png(), "image/png")
    assert picture.headers["x-content-type-options"] == "nosniff"


def test_a_held_picture_is_shown_to_nobody(plein: TestClient, hoede: FakeHoede, joined: str) -> None:
    hoede.answer = (200, {"answer": "hold", "hold": "ord_1"})
    post = upload(plein)
    assert "Being checked" in plein.get("/profile").text
    assert plein.get(f"/pictures/{post}").status_code == 404
    plein.post("/sign-out")
    assert plein.get(f"/posts/{post}").status_code == 404
    assert post not in plein.get("/").text


def test_without_an_answer_a_picture_stays_hidden_and_hoede_is_asked_again(
    plein: TestClient, hoede: FakeHoede, joined: str
) -> None:
    hoede.down.set()
    post = upload(plein)
    assert state(plein, post) == "waiting"
    assert plein.get(f"/pictures/{post}").status_code == 404
    hoede.down.clear()
    assert eventually(lambda: state(plein, post) == "visible")
    assert len(set(hoede.events)) == 1  # the same event each time


def test_an_order_outweighs_an_answer_that_comes_later(
    plein: TestClient, hoede: FakeHoede, joined: str
) -> None:
    hoede.down.set()
    post = upload(plein)
    order(plein, "ord_1", "hold", post)
    hoede.down.clear()
    time.sleep(0.3)
    assert state(plein, post) == "held"


def test_a_picture_nobody_can_open_is_not_kept(plein: TestClient, hoede: FakeHoede, joined: str) -> None:
    hoede.answer = (415, {"code": "media-unreadable", "detail": "Not a picture."})
    post = upload(plein)
    assert plein.get(f"/admin/contents/{post}").json()["state"] == "refused"
    assert plein.get(f"/admin/contents/{post}").json()["picture_on_disk"] is False


def test_a_refusal_of_our_key_keeps_the_picture_waiting(
    plein: TestClient, hoede: FakeHoede, joined: str
) -> None:
    hoede.answer = (401, {"code": "key-refused", "detail": "This key is not valid."})
    assert state(plein, upload(plein)) == "waiting"


@pytest.mark.parametrize(
    ("file", "words_shown"),
    [
        (b"%PDF-1.7 not a picture", "Choose a picture"),
        (b"\x89PNG\r\n\x1a\n" + bytes(10 * 1024 * 1024), "bigger than 10 MB"),
        (b"", "Choose a picture"),
    ],
)
def test_what_is_no_picture_for_plein_is_refused(
    plein: TestClient, joined: str, file: bytes, words_shown: str
) -> None:
    answer = plein.post("/post", data={"caption": "x"}, files={"picture": ("x.png", file)})
    assert (answer.status_code, words_shown in answer.text) == (422, True)


def test_a_removed_picture_is_gone_for_good(plein: TestClient, hoede: FakeHoede, joined: str) -> None:
    post = upload(plein)
    assert order(plein, "ord_1", "remove", post) == 204
    assert plein.get(f"/pictures/{post}").status_code == 410
    assert plein.get(f"/posts/{post}").status_code == 410
    assert plein.get(f"/admin/contents/{post}").json()["picture_on_disk"] is False
    order(plein, "ord_2", "restore", post)
    assert eventually(lambda: ("ord_2", {"done": False, "reason": "picture-erased"}) in hoede.receipts)


def test_a_held_picture_can_be_released(plein: TestClient, joined: str) -> None:
    post = upload(plein)
    order(plein, "ord_1", "hold", post)
    assert plein.get(f"/pictures/{post}").status_code == 404
    order(plein, "ord_2", "release", post, secret=NEXT_SECRET)
    assert plein.get(f"/pictures/{post}").status_code == 200


def test_a_forged_order_is_refused(plein: TestClient, joined: str) -> None:
    post = upload(plein)
    forger = "whsec_" + base64.b64encode(bytes(24)).decode()
    assert order(plein, "ord_1", "remove", post, secret=forger) == 401
    assert plein.post("/hooks/hoede", content=b"{}").status_code == 401
    assert state(plein, post) == "visible"


def test_an_order_that_comes_again_is_carried_out_once_and_answered_again(
    plein: TestClient, hoede: FakeHoede, joined: str
) -> None:
    post = upload(plein)
    order(plein, "ord_1", "hold", post)
    order(plein, "ord_2", "release", post)
    assert eventually(lambda: len(hoede.receipts) == 2)
    assert order(plein, "ord_1", "hold", post) == 204
    assert state(plein, post) == "visible"
    assert eventually(lambda: len(hoede.receipts) == 3)


@pytest.mark.parametrize(
    ("measure", "reason"),
    [("hold", "no-such-content"), ("close_account", "no-such-account"), ("fly", "measure-unknown")],
)
def test_what_cannot_be_done_is_said_in_the_receipt(
    plein: TestClient, hoede: FakeHoede, measure: str, reason: str
) -> None:
    order(plein, "ord_1", measure, "nobody")
    assert eventually(lambda: hoede.receipts == [("ord_1", {"done": False, "reason": reason})])


def test_a_receipt_is_sent_until_it_arrives(plein: TestClient, hoede: FakeHoede, joined: str) -> None:
    hoede.down.set()
    order(plein, "ord_1", "restrict_account", joined)
    assert plein.get("/admin/orders/ord_1").json()["receipt_sent"] is False
    hoede.down.clear()
    assert eventually(lambda: hoede.receipts == [("ord_1", {"done": True, "reason": None})])


def test_what_is_owed_survives_a_restart(hoede: FakeHoede, settings: PleinSettings) -> None:
    hoede.down.set()
    with opened(settings) as before:
        order(before, "ord_1", "hold", "nothing")
    hoede.down.clear()
    with opened(settings):
        assert eventually(lambda: hoede.receipts == [("ord_1", {"done": False, "reason": "no-such-content"})])


def test_a_closed_account_reads_its_letter_and_can_object(plein: TestClient, joined: str) -> None:
    post = upload(plein)
    order(plein, "ord_1", "close_account", joined)
    order(plein, "ord_2", "notify", joined, letter=a_letter())
    page = plein.get("/profile")
    assert page.url.path == "/closed"
    assert "We closed it because of rule 2." in page.text
    assert 'href="http://hoede.test/appeal/abc"' in page.text
    assert plein.get(f"/pictures/{post}").status_code == 404
    assert plein.post("/post", data={"caption": "x"}).url.path == "/closed"


def test_a_restricted_account_reads_and_gets_help_but_does_not_post(plein: TestClient, joined: str) -> None:
    order(plein, "ord_1", "restrict_account", joined)
    order(plein, "ord_2", "notify", joined, letter=a_letter())
    answer = plein.post("/post", data={"caption": "x"}, files={"picture": ("x.png", png())})
    assert (answer.status_code, "We cannot say more." in answer.text) == (403, True)
    assert "http://hoede.test/help" in plein.get("/").text
    order(plein, "ord_3", "lift", joined)
    assert plein.get("/admin/me").json()["state"] == "open"


def test_during_an_outage_orders_are_not_taken(plein: TestClient, joined: str) -> None:
    plein.post("/admin/outage", json={"on": True})
    assert order(plein, "ord_1", "close_account", joined) == 503
    plein.post("/admin/outage", json={"on": False})
    assert order(plein, "ord_1", "close_account", joined) == 204


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://elsewhere.test"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_a_form_from_another_site_is_refused(plein: TestClient, joined: str, headers: dict[str, str]) -> None:
    assert plein.post("/verify", headers=headers).status_code == 403


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    plein: TestClient, joined: str
) -> None:
    cookie = plein.post("/sign-in", data={"account": joined}, follow_redirects=False).headers["set-cookie"]
    assert cookie.startswith("plein_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_pages_speak_dutch_when_asked_and_remember_it(plein: TestClient) -> None:
    assert '<html lang="nl">' in plein.get("/join?lang=nl").text
    assert "Doe mee met Plein" in plein.get("/").text


def beat(plein: TestClient, seq: int, **more: str) -> dict[str, Any]:
    told = {"device": "d-1", "seq": str(seq), "mark": "on", **more}
    answer: dict[str, Any] = plein.post("/beat", data=told).json()
    return answer


def test_beats_are_passed_on_as_they_came(plein: TestClient, hoede: FakeHoede, joined: str) -> None:
    for seq, mark in enumerate(("begin", "on", "end")):
        beat(plein, seq, mark=mark)
    assert eventually(lambda: len(hoede.beats) == 3)
    assert [(one["account"], one["seq"], one["mark"]) for one in hoede.beats] == [
        (joined, 0, "begin"),
        (joined, 1, "on"),
        (joined, 2, "end"),
    ]


def test_beats_wait_while_hoede_is_away_and_say_for_how_long(
    plein: TestClient, hoede: FakeHoede, joined: str
) -> None:
    hoede.down.set()
    beat(plein, 1)
    time.sleep(0.3)
    hoede.down.clear()
    assert eventually(lambda: bool(hoede.beats))
    assert (hoede.beats[0]["account"], hoede.beats[0]["held_s"] >= 0.2) == (joined, True)


@pytest.mark.parametrize("wrong", [{"mark": "off"}, {"seq": "-1"}, {"device": ""}, {"device": "d" * 65}])
def test_a_beat_that_is_none_is_refused(plein: TestClient, joined: str, wrong: dict[str, str]) -> None:
    assert joined
    told = {"device": "d-1", "seq": "1", "mark": "on"} | wrong
    assert plein.post("/beat", data=told).status_code == 422


def test_who_is_to_stop_sees_a_calm_screen_until_it_opens(
    plein: TestClient, hoede: FakeHoede, joined: str
) -> None:
    hoede.time_closes = True
    assert eventually(lambda: beat(plein, 1)["pause"])
    assert "Time for a break of 5 min." in plein.get("/pause").text
    hoede.time_closes = False

    def goes_on() -> bool:
        """An answer that was on its way still closes; the screen then asks once more."""
        left = plein.get("/pause", follow_redirects=False).headers["location"]
        return (joined, left, beat(plein, 2)["pause"]) == (joined, "/", False)

    assert eventually(goes_on)


def test_an_order_leads_to_the_calm_screen_too(plein: TestClient, joined: str) -> None:
    assert beat(plein, 1) == {"pause": False}
    order(plein, "ord_1", "time_up", joined)
    assert beat(plein, 2) == {"pause": True}


def test_two_phones_show_what_was_told_and_the_sign_while_somebody_is_paired(
    plein: TestClient, joined: str
) -> None:
    before = plein.get("/phones").text
    for number, told in enumerate(["link_started", "settings_changed", "settings_changed", "time_up"]):
        order(plein, f"ord_{number}", told, joined)
        order(plein, f"ord_{number}", told, joined)  # again: its receipt did not arrive
    during = plein.get("/phones").text
    order(plein, "ord_9", "link_ended", joined)
    after = plein.get("/phones").text

    assert "Nothing yet." in before
    assert [during.count(f"<b>{one}</b>") for one in ("You are paired", "Settings changed")] == [1, 2]
    assert "Time is up for now." in during
    assert [">Paired</span>" in one.replace("</svg>", ">") for one in (before, during, after)] == [
        False,
        True,
        False,
    ]
    assert "The pairing has stopped" in after


def test_a_quarter_of_an_hour_is_told_as_a_phone_that_was_offline_tells_it(
    plein: TestClient, hoede: FakeHoede, joined: str
) -> None:
    assert plein.post("/phones/quarter", headers={"Content-Length": "0"}).status_code == 200

    marks = [one["mark"] for one in hoede.beats]
    assert (marks[0], len(marks), set(marks[1:])) == ("begin", 30, {"on"})
    assert hoede.beats[0]["account"] == joined
    assert hoede.beats[0]["held_s"] >= 870


def test_ones_own_pages_open_where_one_wants_them(plein: TestClient, joined: str) -> None:
    at = [
        plein.get(f"/safety{more}", follow_redirects=False).headers["location"].partition("?")[0]
        for more in ("", "?page=family", "?page=time", "?page=elsewhere")
    ]

    assert (joined != "", at) == (
        True,
        [f"http://hoede.test/{one}" for one in ("me", "me/family", "me/time", "me")],
    )


def test_an_adult_comes_to_the_guardians_side_with_what_plein_knows(plein: TestClient, joined: str) -> None:
    grown = plein.get("/phones/guardian", follow_redirects=False).headers["location"]
    plein.post(
        "/join", data={"name": "Lotte", "born": f"{datetime.now(UTC).year - 14}-01-01", "country": "NL"}
    )
    young = plein.get("/phones/guardian", follow_redirects=False).headers["location"]

    assert (joined != "", grown.partition("=")[0]) == (True, "http://hoede.test/family?h")
    assert young == "http://hoede.test/family"
