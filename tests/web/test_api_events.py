"""Telling an event: what is taken, and how each bad input is refused without keeping anything."""

from typing import Any

import pytest
from tests.parts import fresh
from tests.web.api import ALLOWED, HARMLESS, Api, event

from hoede.detection import Coverage

FORM = "multipart/form-data; boundary=line"
MEDIA = ("media", b"some bytes")
LARGE = 300 * 1024


def form(*parts: tuple[str, bytes], end: bytes = b"--line--\r\n") -> bytes:
    made = (
        b'--line\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), content)
        for name, content in parts
    )
    return b"".join(made) + end


def test_a_harmless_upload_is_allowed_and_nothing_but_the_event_is_kept(api: Api) -> None:
    told = event()

    answer = api.tell(told, HARMLESS)

    assert (answer.status, answer.body, api.orders(told["id"])) == (200, ALLOWED, [])


def test_the_known_card_is_held_and_the_answer_names_the_hold_alone(api: Api) -> None:
    told = event()

    answer = api.tell(told, b"")
    held = api.card(id=told["id"])

    (hold,) = [one for one in api.orders(told["id"]) if one.order.measure == "hold"]
    assert answer.status == 422  # the empty one kept nothing, so the same id is free
    assert held.body == {"answer": "hold", "hold": hold.order.id}


def test_a_comment_without_media_is_taken_as_plain_json(api: Api) -> None:
    told = event(kind="comment", text="Nice picture")

    answer = api.tell(told, None)

    assert (answer.status, answer.body) == (200, ALLOWED)


@pytest.mark.parametrize("kind", ["upload", "live_frame"])
def test_what_is_a_picture_by_its_kind_needs_media(api: Api, kind: str) -> None:
    answer = api.tell(event(kind=kind, text="no picture"), None)

    assert answer.said == (422, "media-missing")


def test_a_message_needs_media_or_text(api: Api) -> None:
    answer = api.tell(event(kind="message"), None)

    assert answer.said == (422, "media-missing")


def test_media_without_bytes_is_refused(api: Api) -> None:
    told = event()

    answer = api.tell(told, b"")

    assert (answer.said, api.kept(told["id"])) == ((422, "media-empty"), None)


WRONG = [
    ({"colour": "red"}, "colour"),  # a key nobody knows
    ({"kind": "selfie"}, "kind"),  # a kind nobody knows
    ({"kind": 5}, "kind"),  # another type
    ({"channel": "secret"}, "channel"),
    ({"at": "2026-11-23T10:00:00"}, "at"),  # a time without a zone would be a guess
    ({"at": "yesterday"}, "at"),
    ({"at": 1764000000}, "at"),  # a number is seconds to one and milliseconds to another
    ({"at": "0001-01-01T00:00:00+23:00"}, "at"),  # no such time in UTC
    ({"ip": "here"}, "ip"),
    ({"ip": "300.1.1.1"}, "ip"),
    ({"ip": 7}, "ip"),
    ({"text": 5}, "text"),
    ({"text": "x" * 100_001}, "text"),
    ({"to": "everybody"}, "to"),
    ({"to": ["a"] * 1001}, "to"),
    ({"id": ""}, "id"),
    ({"id": "x" * 256}, "id"),
    ({"account": "with\nlines"}, "account"),
    ({"account": None}, "account"),
    ({"content": "\ud800"}, "content"),  # half a character
    ({"at": "1764000000"}, "at"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_a_wrong_field_is_refused_by_name(api: Api, change: dict[str, Any], field: str) -> None:
    told = event(**change)

    answer = api.tell(told)

    assert (answer.said, answer.fields) == ((422, "input-invalid"), [field])
    assert not isinstance(told["id"], str) or api.kept(told["id"]) is None


def test_a_key_that_is_half_a_character_is_refused_too(api: Api) -> None:
    assert api.tell(event(**{"\ud800": 1})).said == (422, "input-invalid")


@pytest.mark.parametrize("key", ["id", "kind", "channel", "account", "content", "at"])
def test_a_field_that_is_needed_and_absent_is_named(api: Api, key: str) -> None:
    told = event()
    del told[key]

    answer = api.tell(told)

    assert (answer.said, answer.fields) == ((422, "input-invalid"), [key])


def test_the_values_of_wrong_fields_are_not_told_back(api: Api) -> None:
    answer = api.tell(event(ip="MARKER-4711"))

    assert "MARKER-4711" not in str(answer.body)


BROKEN = [
    (b"", (422, "body-empty")),
    (b"   ", (422, "body-empty")),
    (b"{", (400, "body-not-understood")),
    (b"\xff\xfe\xfd", (400, "body-not-understood")),
    (b"[" * 100_000, (400, "body-not-understood")),
    (b'{"at": ' + b"1" * 5000 + b"}", (400, "body-not-understood")),  # an int Python does not read
    (b"[]", (422, "input-invalid")),
    (b"null", (422, "input-invalid")),
    (b'"' + b"x" * LARGE + b'"', (400, "body-not-understood")),
]


@pytest.mark.parametrize(("body", "said"), BROKEN)
def test_a_body_that_is_no_event_is_refused(api: Api, body: bytes, said: tuple[int, str]) -> None:
    assert api.tell_raw(body).said == said


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "multipart/form-data", "multipart/mixed; boundary=line", ""],
)
def test_another_media_type_than_json_or_a_form_is_refused(api: Api, content_type: str) -> None:
    assert api.tell_raw(b"{}", content_type).said == (415, "media-type-unsupported")


EVENT = ("event", b"{}")
FORMS = [
    (form(MEDIA, EVENT), (400, "body-not-understood")),  # media before the event
    (form(EVENT, MEDIA, MEDIA), (400, "body-not-understood")),  # two pictures: which one was looked at?
    (form(EVENT, EVENT, MEDIA), (400, "body-not-understood")),
    (form(EVENT, ("picture", b"x")), (400, "body-not-understood")),
    (form(("event", b"x" * LARGE), MEDIA), (400, "body-not-understood")),
    (form(EVENT, MEDIA, end=b""), (400, "body-truncated")),  # all bytes there, the end is not
    (form(EVENT, MEDIA)[:-30], (400, "body-truncated")),
    (b"", (400, "body-truncated")),
    (b"something else entirely", (400, "body-not-understood")),
    (b"\r\n" + form(EVENT, MEDIA), (400, "body-not-understood")),  # nothing before the first boundary
    (b"\nfor nobody\n" + form(EVENT, MEDIA), (400, "body-not-understood")),
    (form(("event", b""), MEDIA), (422, "body-empty")),
    (form(("event", b"{"), MEDIA), (400, "body-not-understood")),
    (form(EVENT, MEDIA), (422, "input-invalid")),
    (form(MEDIA), (400, "body-not-understood")),
]


@pytest.mark.parametrize(("body", "said"), FORMS)
def test_a_form_that_is_not_event_then_media_is_refused(api: Api, body: bytes, said: tuple[int, str]) -> None:
    assert api.tell_raw(body, FORM).said == said


def test_a_private_message_in_the_union_is_allowed_without_a_look(api: Api) -> None:
    account = fresh("account")
    api.put(account, {"country": "NL"})

    answer = api.card(id=(told := fresh("event")), account=account, channel="private", kind="message")

    kept = api.kept(told)
    assert (answer.body, kept and kept.coverage) == (ALLOWED, Coverage.NOT_LOOKED)


def test_a_private_message_to_somebody_in_the_union_is_not_looked_at_either(api: Api) -> None:
    sender, receiver = fresh("account"), fresh("account")
    api.put(sender, {"country": "US"})
    api.put(receiver, {"country": "FR"})

    answer = api.card(account=sender, to=[receiver], channel="private", kind="message")

    assert answer.body == ALLOWED


def test_a_private_message_where_looking_is_lawful_is_looked_at(api: Api) -> None:
    account = fresh("account")
    api.put(account, {"country": "US"})

    answer = api.card(account=account, channel="private", kind="message")

    assert answer.body["answer"] == "hold"


def test_an_address_is_kept_only_with_a_hold(api: Api) -> None:
    harmless, known = event(ip="192.0.2.7"), fresh("event")

    api.tell(harmless)
    api.card(id=known, ip="192.0.2.7")

    kept = [api.kept(harmless["id"]), api.kept(known)]
    assert [one and one.ip for one in kept] == [None, "192.0.2.7"]
