"""Over TLS a host must be who its name says, by somebody we trust."""

import ssl
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.media.certificates import Holder, authority, host
from tests.media.far import BODY, Far, Script, forever, hangs, head, says
from tests.media.fetching import CDN, Fetch

from hoede.media import MediaTooLarge, system_roots

FetchFrom = Callable[..., Fetch]
URL = f"https://{CDN}/p/1.png"
RULES = (CDN, "*.media.plein.example", "https://9.9.9.9")


@pytest.fixture(scope="session")
def trusted() -> Holder:
    return authority()


@pytest.fixture(scope="session")
def good(trusted: Holder) -> Holder:
    return host(CDN, by=trusted)


def test_a_host_with_its_own_certificate_is_asked(
    fetch_from: FetchFrom, trusted: Holder, good: Holder, tmp_path: Path
) -> None:
    with Far(context=good.context(tmp_path)) as far:
        fetch = fetch_from(far, *RULES, roots=trusted.pem)

        assert (fetch.get(URL), fetch.lines.asked) == (BODY, [("93.184.216.34", 443)])
        assert far.asked[0].startswith(b"GET /p/1.png HTTP/1.1\r\nHost: cdn.plein.example\r\n")


def test_the_host_is_told_which_name_is_wanted(
    fetch_from: FetchFrom, trusted: Holder, good: Holder, tmp_path: Path
) -> None:
    wanted: list[str | None] = []
    context = good.context(tmp_path)
    context.sni_callback = lambda _line, name, _context: wanted.append(name)
    with Far(context=context) as far:
        fetch_from(far, *RULES, roots=trusted.pem).get(URL)

    assert wanted == [CDN]


def test_an_address_is_vouched_for_as_one(fetch_from: FetchFrom, trusted: Holder, tmp_path: Path) -> None:
    with Far(context=host("9.9.9.9", by=trusted).context(tmp_path)) as far:
        assert fetch_from(far, *RULES, roots=trusted.pem).get("https://9.9.9.9/") == BODY


def test_the_systems_own_authorities_do_not_vouch_for_a_tests(
    fetch_from: FetchFrom, good: Holder, tmp_path: Path
) -> None:
    with Far(context=good.context(tmp_path)) as far:
        assert fetch_from(far, *RULES, roots=system_roots()).why(URL) == "untrusted"


def test_with_nobody_to_trust_nobody_is(fetch_from: FetchFrom, good: Holder, tmp_path: Path) -> None:
    with Far(context=good.context(tmp_path)) as far:
        assert fetch_from(far, *RULES, roots=b"").why(URL) == "untrusted"


BAD: list[Callable[[Holder], Holder]] = [
    lambda trusted: host("other.plein.example", by=trusted),  # another name
    lambda trusted: host("plein.example", by=trusted),
    lambda trusted: host("*.cdn.plein.example", by=trusted),
    lambda trusted: host("93.184.216.34", by=trusted),  # the address, which nobody asked for
    lambda trusted: host(CDN, by=trusted, days=-1),  # over
    lambda _: host(CDN, by=None),  # itself
    lambda _: host(CDN, by=authority()),  # another authority of the same name
    lambda trusted: host(CDN, by=host(CDN, by=trusted)),  # a host that plays the authority
]


@pytest.mark.parametrize("bad", BAD)
def test_a_host_nobody_vouches_for_is_asked_for_nothing(
    fetch_from: FetchFrom, trusted: Holder, bad: Callable[[Holder], Holder], tmp_path: Path
) -> None:
    with Far(context=bad(trusted).context(tmp_path)) as far:
        assert (fetch_from(far, *RULES, roots=trusted.pem).why(URL), far.asked) == ("untrusted", [])


def test_an_old_tls_is_not_spoken(
    fetch_from: FetchFrom, trusted: Holder, good: Holder, tmp_path: Path
) -> None:
    context = good.context(tmp_path)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is old is why
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with Far(context=context) as far:
        assert (fetch_from(far, *RULES, roots=trusted.pem).why(URL), far.asked) == ("no-tls", [])


def test_a_host_that_speaks_no_tls_is_a_failure(fetch_from: FetchFrom, trusted: Holder) -> None:
    with Far(hangs(b"220 mail ready\r\n"), listens=False) as far:
        assert fetch_from(far, *RULES, roots=trusted.pem).why(URL) == "no-tls"


def test_a_redirect_within_tls_is_checked_by_its_own_name(
    fetch_from: FetchFrom, trusted: Holder, good: Holder, tmp_path: Path
) -> None:
    script = says(head("Location: https://a.media.plein.example/", "Content-Length: 0", status="302 Found"))
    with Far(script, context=good.context(tmp_path)) as far:
        names = {CDN: [["93.184.216.34"]], "a.media.plein.example": [["9.9.9.9"]]}
        fetch = fetch_from(far, *RULES, names=names, roots=trusted.pem)

        assert (fetch.why(URL), far.count, len(far.asked)) == ("untrusted", 2, 1)


Inside = Callable[..., str]


@pytest.fixture
def inside(fetch_from: FetchFrom, trusted: Holder, good: Holder, tmp_path: Path) -> Inside:
    """Why a fetch fails when the host says this inside TLS."""

    def why(script: Script, **more: float) -> str:
        with Far(script, context=good.context(tmp_path)) as far:
            return fetch_from(far, *RULES, roots=trusted.pem, **more).why(URL)

    return why


@pytest.mark.parametrize("script", [says(head("Content-Length: 23") + BODY), says(b"")])
def test_what_ends_early_inside_tls_is_cut_off_too(inside: Inside, script: Script) -> None:
    assert inside(script) == "cut-off"


SLOW = [hangs(head("Content-Length: 23") + BODY), forever(head("Content-Length: 1000"), b"x", 0.02)]


@pytest.mark.parametrize("script", SLOW)
def test_what_takes_too_long_inside_tls_ends_too(inside: Inside, script: Script) -> None:
    assert inside(script, within_s=0.2) == "too-slow"


def test_a_handshake_that_never_ends_is_too_slow(fetch_from: FetchFrom, trusted: Holder) -> None:
    with Far(hangs(), listens=False) as far:
        assert fetch_from(far, *RULES, roots=trusted.pem, within_s=0.15).why(URL) == "too-slow"


def test_a_body_without_end_inside_tls_is_too_large(
    fetch_from: FetchFrom, trusted: Holder, good: Holder, tmp_path: Path
) -> None:
    script = forever(head("Transfer-Encoding: chunked"), b"16\r\n" + BODY + b"\r\n")
    with Far(script, context=good.context(tmp_path)) as far, pytest.raises(MediaTooLarge):
        fetch_from(far, *RULES, roots=trusted.pem, most_bytes=1000).get(URL)


def test_this_machine_trusts_somebody() -> None:
    assert b"BEGIN CERTIFICATE" in system_roots()
