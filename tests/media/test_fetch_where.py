"""Where a connection is opened to: a public address of an allowed host, found once, and nothing else ever."""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest
from tests.media.far import BODY, Far, answer, moved, says
from tests.media.fetching import CDN, PUBLIC, URL, Fetch, Names
from tests.media.urls import ALLOWED, NOT_FOLLOWED, NOT_PUBLIC, READ_AS, REFUSED, RULES

from hoede.core.errors import HoedeError
from hoede.media import AddressRefused, Fetcher, FetchFailed, FetchOff, Rule, parse_rule
from hoede.media.addresses import is_public
from hoede.media.fetch import Resolve, connect

FetchFrom = Callable[..., Fetch]

CORPUS = (*ALLOWED, *(url for url, _ in READ_AS), *(url for url, _ in REFUSED))
HERE = "127.0.0.1"


@pytest.fixture
def far() -> Iterator[Far]:
    with Far() as server:
        yield server


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(far: Far, fetch_from: FetchFrom) -> None:
    fetch = fetch_from(far)

    assert (fetch.get(), fetch.names.asked, fetch.lines.asked) == (BODY, [CDN], [(PUBLIC, 80)])


def test_the_host_is_told_its_name_and_nothing_about_us(far: Far, fetch_from: FetchFrom) -> None:
    fetch_from(far).get("http://cdn.plein.example/p/1.png?v=%20")

    assert far.asked[0].decode().split("\r\n") == [
        "GET /p/1.png?v=%20 HTTP/1.1",
        "Host: cdn.plein.example",
        "User-Agent: Hoede-Fetch/1",
        "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
        "",
        "",
    ]


def test_a_port_of_the_rule_is_told_to_the_host(far: Far, fetch_from: FetchFrom) -> None:
    fetch = fetch_from(far, "http://cdn.plein.example:8080")

    fetch.get("http://cdn.plein.example:8080/")

    assert b"Host: cdn.plein.example:8080\r\n" in far.asked[0]
    assert fetch.lines.asked == [(PUBLIC, 8080)]


def test_an_address_in_the_url_is_not_resolved(far: Far, fetch_from: FetchFrom) -> None:
    fetch = fetch_from(far, "http://9.9.9.9", "http://[2620:fe::fe]")

    fetch.get("http://9.9.9.9/")
    fetch.get("http://[2620:fe::fe]/")

    assert (fetch.names.asked, fetch.lines.asked) == ([], [("9.9.9.9", 80), ("2620:fe::fe", 80)])


def test_a_name_nobody_knows_is_a_failure_and_no_connection(fetch_from: FetchFrom) -> None:
    fetch = fetch_from(None, names={})

    assert (fetch.why(), fetch.lines.asked) == ("name-unknown", [])


def no_name(_name: str, _port: int) -> Sequence[str]:
    raise socket.gaierror(-2, "Name or service not known")


def test_a_name_server_that_says_no_is_a_failure(plain: Fetcher) -> None:
    (failed,) = tried(replace(plain, resolve=no_name), [URL])

    assert failed.facts == {"why": "name-unknown"}


def test_a_service_without_hosts_may_name_no_address(plain: Fetcher) -> None:
    fetcher = replace(plain, rules={"plein": ()})

    for service in ("plein", "another"):
        with pytest.raises(FetchOff):
            fetcher.begin(service, URL, print).result()


def test_the_rules_of_one_service_are_not_anothers(plain: Fetcher) -> None:
    fetcher = replace(plain, rules={"plein": (parse_rule(CDN),), "other": (parse_rule("cdn.other.example"),)})

    with pytest.raises(AddressRefused):
        fetcher.begin("plein", "https://cdn.other.example/", print).result()


MIXED = [
    [PUBLIC, HERE],
    [HERE, PUBLIC],
    ["2606:4700:4700::1111", "::1"],
    [PUBLIC, "169.254.169.254"],
    [PUBLIC, "::ffff:10.0.0.1"],
    [PUBLIC, "fe80::1%eth0"],
    [PUBLIC, *NOT_PUBLIC],
]


@pytest.mark.parametrize("answers", [*([one] for one in NOT_PUBLIC[::6]), *MIXED])
def test_a_name_with_an_address_that_is_not_public_is_refused(
    far: Far, fetch_from: FetchFrom, answers: list[str]
) -> None:
    fetch = fetch_from(far, names={CDN: [answers]})

    assert (fetch.why(), fetch.lines.asked, far.count) == ("not-public", [], 0)


def test_an_answer_of_the_name_server_that_is_no_address_is_no_connection(fetch_from: FetchFrom) -> None:
    fetch = fetch_from(None, names={CDN: [["localhost"]]})

    assert (fetch.why(), fetch.lines.asked) == ("not-public", [])


def test_a_name_that_changes_its_address_is_asked_once_and_the_first_one_counts(
    far: Far, fetch_from: FetchFrom
) -> None:
    fetch = fetch_from(far, names={CDN: [[PUBLIC], [HERE]]})

    assert (fetch.get(), fetch.names.asked, fetch.lines.asked) == (BODY, [CDN], [(PUBLIC, 80)])


def test_a_name_that_changes_its_address_before_a_redirect_is_refused_then(fetch_from: FetchFrom) -> None:
    with Far(moved("/again")) as far:
        fetch = fetch_from(far, names={CDN: [[PUBLIC], [HERE]]})

        assert (fetch.why(), fetch.lines.asked, far.count) == ("not-public", [(PUBLIC, 80)], 1)


def test_a_redirect_is_followed_with_a_question_and_a_connection_of_its_own(fetch_from: FetchFrom) -> None:
    with Far(moved("http://b.plein.example:81/q"), says(answer())) as far:
        rules = ("http://cdn.plein.example", "http://b.plein.example:81")
        fetch = fetch_from(far, *rules, names={CDN: [[PUBLIC]], "b.plein.example": [["9.9.9.9"]]})

        assert (fetch.get(), fetch.lines.asked) == (BODY, [(PUBLIC, 80), ("9.9.9.9", 81)])
        assert far.asked[1].startswith(b"GET /q HTTP/1.1\r\nHost: b.plein.example:81\r\n")


@pytest.mark.parametrize("status", ["301 A", "302 B", "303 C", "307 D", "308 E"])
def test_every_kind_of_redirect_is_one(fetch_from: FetchFrom, status: str) -> None:
    with Far(moved("/q", status), says(answer())) as far:
        assert fetch_from(far).get() == BODY


def test_three_redirects_are_followed_and_a_fourth_is_not(fetch_from: FetchFrom) -> None:
    with Far(moved("/1"), moved("/2"), moved("/3"), says(answer())) as far:
        assert fetch_from(far).get() == BODY
    with Far(moved("/1"), moved("/2"), moved("/3"), moved("/4"), says(answer())) as far:
        assert (fetch_from(far).why(), far.count) == ("moved-too-often", 4)


def test_a_redirect_to_itself_comes_to_an_end(fetch_from: FetchFrom) -> None:
    with Far(moved("")) as far:
        assert (fetch_from(far).why(), far.count) == ("moved-too-often", 4)


# From http, so one to http is none of them; and what a header can carry.
AWAY = [one for one, _ in NOT_FOLLOWED[1:] if one.isprintable() and one.isascii()]


@pytest.mark.parametrize("location", [*AWAY, "/\xff", "//\xff"])
def test_a_redirect_to_anywhere_else_leads_nowhere(fetch_from: FetchFrom, location: str) -> None:
    with Far(moved(location)) as far:
        fetch = fetch_from(far)

        with pytest.raises(HoedeError):
            fetch.get()
        assert (fetch.lines.asked, far.count) == ([(PUBLIC, 80)], 1)


def test_a_redirect_of_a_rehearsals_machine_leads_to_no_other_address_of_it(fetch_from: FetchFrom) -> None:
    with Far(moved("http://127.0.0.2/")) as far:
        fetch = fetch_from(far, "http://127.0.0.1:8500")

        assert (fetch.why("http://127.0.0.1:8500/"), fetch.lines.asked) == ("not-allowed", [(HERE, 8500)])


# The proof: a server on loopback counts, and every door that could lead there is tried.


def lax(name: str, _port: int) -> Sequence[str]:
    """The worst name server: it reads numbers as loosely as it can, and all else is this machine."""
    with suppress(OSError, UnicodeError):
        return [socket.inet_ntoa(socket.inet_aton(name))]
    return [HERE]


def lax_rules(port: int) -> Iterator[Rule]:
    """What the most careless operator could allow: every host of the table, as far as it can be a rule."""
    for url in CORPUS:
        with suppress(ValueError):
            host = urlsplit(url).hostname or ""
            for scheme in ("http", "https"):
                rule = parse_rule(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}")
                if not rule.loopback:  # production refuses those
                    yield rule


def on_port(url: str, port: int) -> str:
    """The same URL on the counting server's port, as far as it can be told where one belongs."""
    scheme, slashes, rest = url.partition("://")
    end = min((at for sign in "/?#\\" if (at := rest.find(sign)) >= 0), default=len(rest))
    authority = rest[:end].rpartition(":")[0] if rest[:end].rpartition(":")[2].isdecimal() else rest[:end]
    return f"{scheme}{slashes}{authority}:{port}{rest[end:]}" if slashes else url


def tried(fetcher: Fetcher, urls: Sequence[str]) -> list[HoedeError]:
    """How each of them failed."""
    failed = []
    for url in urls:
        with pytest.raises(HoedeError) as error:
            fetcher.begin("plein", url, print).result()
        failed.append(error.value)
    return failed


class OnlyHere:
    """Connects in earnest where that leads to this machine; elsewhere nobody answers, and it is kept."""

    def __init__(self) -> None:
        self.elsewhere: list[str] = []

    def __call__(self, address: str, port: int, within_s: float) -> socket.socket:
        if ip_address(address).is_loopback:
            return connect(address, port, within_s)
        self.elsewhere.append(address)
        raise ConnectionRefusedError


@pytest.mark.parametrize("names", [lax, Names({CDN: [[PUBLIC, HERE]]}), lambda *_: [PUBLIC]])
def test_no_url_of_the_table_leads_to_this_machine(far: Far, plain: Fetcher, names: Resolve) -> None:
    lines = OnlyHere()
    careless = (*(one for one in RULES if not one.loopback), *lax_rules(far.port))
    fetcher = replace(plain, rules={"plein": careless}, resolve=names, connect=lines)

    failed = tried(fetcher, [*CORPUS, *(on_port(url, far.port) for url in CORPUS)])

    assert (len(failed), far.count) == (2 * len(CORPUS), 0)
    assert [one for one in lines.elsewhere if not is_public(ip_address(one))] == []


def test_the_counting_server_does_count_when_a_rule_lets_it(far: Far, plain: Fetcher) -> None:
    rules = {"plein": (parse_rule(f"http://127.0.0.1:{far.port}"),)}

    replace(plain, rules=rules, connect=OnlyHere()).begin(
        "plein", f"http://127.0.0.1:{far.port}/", len
    ).result()

    assert far.count == 1


def test_refusals_and_failures_tell_nothing_of_the_url(plain: Fetcher) -> None:
    fetcher = replace(plain, resolve=lax)

    failed = tried(fetcher, ["https://MARKER-4711.example/", "http://cdn.plein.example/MARKER-4711"])

    assert [one for one in failed if "MARKER-4711" in f"{one.detail}{one.facts}"] == []


def test_a_host_that_takes_no_connection_is_a_failure(fetch_from: FetchFrom) -> None:
    assert fetch_from(None).why() == "unreached"


def test_a_failure_and_a_refusal_have_codes_of_their_own() -> None:
    assert [one.code for one in (FetchOff, AddressRefused, FetchFailed)] == [
        "fetch-off",
        "fetch-address-refused",
        "fetch-failed",
    ]
