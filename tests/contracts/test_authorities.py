"""What every authority's adapter keeps to: one call, one answer, and doubt where there is doubt."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import pytest

from hoede.reporting import Authority, AuthoritySettings, Draft, NoReply, Reply, ReplyKind, all_authorities

Answer = tuple[int, dict[str, str], bytes] | None
Serve = Callable[[Callable[[str, Mapping[str, str], bytes], Answer]], str]

AUTHORITIES = all_authorities()
SUCCESS = {ReplyKind.DONE, ReplyKind.ALREADY_FINISHED}
SETTINGS = AuthoritySettings(
    url="http://127.0.0.1:9",  # nothing listens there
    user="somebody",
    password="something",
    production=False,
    timeout_s=0.3,
    reporter_first_name="Mira",
    reporter_last_name="Desk",
    reporter_email="desk@plein.example",
)


@pytest.fixture(params=AUTHORITIES.values(), ids=list(AUTHORITIES))
def kind(request: pytest.FixtureRequest) -> Callable[[AuthoritySettings], Authority]:
    found: Callable[[AuthoritySettings], Authority] = request.param
    return found


@pytest.fixture
def draft(draft_of: Callable[..., Draft]) -> Draft:
    return draft_of(b"one", b"two")


@pytest.fixture
def at(kind: Callable[[AuthoritySettings], Authority]) -> Callable[[str], Authority]:
    """The adapter for an authority at this address."""
    return lambda url: kind(replace(SETTINGS, url=url))


def calls(authority: Authority, draft: Draft) -> list[Callable[[], Reply]]:
    """Every call there is."""
    file = draft.files[0]
    return [
        lambda: authority.submit(authority.document(draft)),
        lambda: authority.upload("1", file, [b"one"]),
        lambda: authority.detail("1", "f1", file),
        lambda: authority.finish("1"),
        lambda: authority.retract("1"),
    ]


def replies_of(authority: Authority, draft: Draft) -> list[Reply]:
    """What every call says; one that leaves us in doubt says nothing."""
    said = []
    for call in calls(authority, draft):
        with suppress(NoReply):
            said.append(call())
    return said


def all_raise_no_reply(authority: Authority, draft: Draft) -> None:
    for call in calls(authority, draft):
        with pytest.raises(NoReply):
            call()


def test_there_are_authorities() -> None:
    assert AUTHORITIES


def test_it_is_registered_under_its_own_name(kind: Callable[[AuthoritySettings], Authority]) -> None:
    name = kind(SETTINGS).name
    assert AUTHORITIES[name] is kind
    assert 0 < len(name) <= 32  # what the table of reports holds


def test_it_tells_where_reports_go_and_whether_people_act_on_them(
    kind: Callable[[AuthoritySettings], Authority],
) -> None:
    rehearsing, acting = (kind(replace(SETTINGS, production=one)) for one in (False, True))
    assert [rehearsing.production, acting.production] == [False, True]
    assert rehearsing.url == SETTINGS.url


def test_the_same_draft_gives_the_same_bytes(at: Callable[[str], Authority], draft: Draft) -> None:
    assert at("http://a.example").document(draft) == at("http://b.example").document(draft)


def test_another_draft_gives_other_bytes(at: Callable[[str], Authority], draft: Draft) -> None:
    other = replace(draft, suspect=replace(draft.suspect, account="a-8"))
    authority = at("http://a.example")
    assert authority.document(draft) != authority.document(other)


def test_a_rehearsal_says_so_in_the_document(at: Callable[[str], Authority], draft: Draft) -> None:
    assert b"REHEARSAL" in at("http://a.example").document(draft)
    assert b"REHEARSAL" not in at("http://a.example").document(replace(draft, rehearsal=False))


def test_what_it_sends_it_would_take(at: Callable[[str], Authority], draft: Draft) -> None:
    now = draft.composed_at.replace(year=draft.composed_at.year + 1)
    assert at("http://a.example").wrong_with(draft, now) == ()


def test_a_draft_it_would_refuse_is_said_to_be_one(at: Callable[[str], Authority], draft: Draft) -> None:
    before = draft.composed_at.replace(year=2000)  # then everything in it lies in the future
    assert at("http://a.example").wrong_with(draft, before) != ()


def test_the_password_stands_in_no_document(at: Callable[[str], Authority], draft: Draft) -> None:
    assert SETTINGS.password.encode() not in at("http://a.example").document(draft)


def test_a_call_to_an_authority_that_is_not_there_certainly_never_arrived(
    at: Callable[[str], Authority], draft: Draft
) -> None:
    said = [call() for call in calls(at("http://127.0.0.1:9"), draft)]
    assert {reply.kind for reply in said} == {ReplyKind.UNREACHED}


def test_a_line_that_is_cut_gives_no_reply(
    at: Callable[[str], Authority], draft: Draft, serve: Serve
) -> None:
    all_raise_no_reply(at(serve(lambda *_request: None)), draft)


def test_an_answer_that_is_cut_gives_no_reply(
    at: Callable[[str], Authority], draft: Draft, serve: Serve
) -> None:
    cut = serve(lambda *_request: (200, {"content-length": "5000"}, b"<begin"))
    all_raise_no_reply(at(cut), draft)


def test_an_authority_that_says_nothing_for_too_long_gives_no_reply(
    at: Callable[[str], Authority], draft: Draft, serve: Serve
) -> None:
    over = threading.Event()
    slow = at(serve(lambda *_request: (200, {}, b"") if over.wait(5) else None))
    with pytest.raises(NoReply):
        slow.finish("1")
    over.set()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),  # empty
        (200, b"<html>Welcome</html>"),  # something in between answered
        (200, b"OK"),
        (204, b""),
        (404, b"not here"),
        (500, b""),
        (502, b"<html>Bad gateway</html>"),
        (503, b"later"),
    ],
)
def test_an_answer_that_says_nothing_is_never_success(
    at: Callable[[str], Authority], draft: Draft, serve: Serve, *, status: int, body: bytes
) -> None:
    authority = at(serve(lambda *_request: (status, {}, body)))
    replies = replies_of(authority, draft)
    assert [reply.kind for reply in replies if reply.kind in SUCCESS] == []
    assert [reply.raw for reply in replies] == [body] * len(replies)  # what was answered is kept


def test_reports_follow_no_redirect(at: Callable[[str], Authority], draft: Draft, serve: Serve) -> None:
    strangers: list[str] = []

    def elsewhere(path: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        strangers.append(path)
        return 200, {}, b""

    stranger = serve(elsewhere)
    authority = at(serve(lambda *_request: (307, {"location": stranger}, b"")))
    replies = replies_of(authority, draft)
    assert [reply.kind for reply in replies if reply.kind in SUCCESS] == []
    assert strangers == []
