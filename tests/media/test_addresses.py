"""Where media may be fetched from: each odd URL, redirect and address, and properties of all of them."""

import socket
from contextlib import suppress
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.media.urls import (
    ALLOWED,
    FOLLOWED,
    NOT_FOLLOWED,
    NOT_PUBLIC,
    PUBLIC,
    READ_AS,
    REFUSED,
    RULES,
)

from hoede.media.addresses import Link, Why, judge, parse_rule, pin, redirected

HERE = "https://cdn.plein.example/a/b?c"


def test_the_table_has_two_hundred_rows_and_more() -> None:
    urls = [*ALLOWED, *(url for url, _ in READ_AS), *(url for url, _ in REFUSED)]

    assert len(urls) == len(set(urls)) >= 200
    assert {why for _, why in REFUSED} == set(Why) - {Why.NOT_PUBLIC}


def test_a_plain_url_on_the_list_is_read_as_it_stands() -> None:
    assert [str(judge(url, RULES)) for url in ALLOWED] == list(ALLOWED)


def test_another_way_to_write_it_is_read_as_the_plain_one() -> None:
    assert {url: str(judge(url, RULES)) for url, _ in READ_AS} == dict(READ_AS)


def test_any_other_url_is_refused_and_it_is_said_why() -> None:
    assert {url: judge(url, RULES) for url, _ in REFUSED} == dict(REFUSED)


def test_without_rules_nothing_is_allowed() -> None:
    urls = [*ALLOWED, *(url for url, _ in REFUSED)]

    assert [url for url in urls if isinstance(judge(url, ()), Link)] == []


def the_link(url: str) -> Link:
    link = judge(url, RULES)
    assert isinstance(link, Link)
    return link


def test_a_redirect_to_where_one_may_fetch_is_followed() -> None:
    led = {location: str(redirected(the_link(HERE), location, RULES)) for location, _ in FOLLOWED}

    assert led == dict(FOLLOWED)


def test_any_other_redirect_is_refused() -> None:
    refused = {location: redirected(the_link(HERE), location, RULES) for location, _ in NOT_FOLLOWED}

    assert refused == dict(NOT_FOLLOWED)


def test_a_public_address_is_connected_to() -> None:
    assert [pin([one], loopback=False) for one in PUBLIC] == list(PUBLIC)


def test_an_address_that_is_not_public_is_refused() -> None:
    assert [one for one in NOT_PUBLIC if pin([one], loopback=False) is not Why.NOT_PUBLIC] == []


def test_one_such_address_among_public_ones_is_enough() -> None:
    assert [one for one in NOT_PUBLIC if pin([*PUBLIC, one], loopback=False) is not Why.NOT_PUBLIC] == []


def test_of_several_public_addresses_it_is_the_first() -> None:
    assert pin(PUBLIC, loopback=False) == PUBLIC[0]


def test_no_address_is_not_public_either() -> None:
    assert pin([], loopback=False) is Why.NOT_PUBLIC


def test_a_rule_for_this_machine_leads_nowhere_else() -> None:
    led = {pin([one], loopback=True) for one in (*PUBLIC, *NOT_PUBLIC)}

    assert led == {Why.NOT_PUBLIC, "::1", "127.0.0.1", "127.255.255.255"}


RULE_TEXTS = [
    ("cdn.plein.example", "https cdn.plein.example 443"),
    ("https://cdn.plein.example", "https cdn.plein.example 443"),
    ("CDN.Plein.Example", "https cdn.plein.example 443"),
    ("cdn.plein.example:8443", "https cdn.plein.example 8443"),
    ("http://cdn.plein.example", "http cdn.plein.example 80"),
    ("http://cdn.plein.example:8080", "http cdn.plein.example 8080"),
    ("b\xfccher.example", "https xn--bcher-kva.example 443"),
    ("*.media.plein.example", "https *.media.plein.example 443"),
    ("http://*.media.plein.example:81", "http *.media.plein.example 81"),
    ("9.9.9.9", "https 9.9.9.9 443"),
    ("[2620:fe::fe]:8443", "https 2620:fe::fe 8443"),
    ("http://127.0.0.1:8500", "http 127.0.0.1 8500"),  # which deployments take it is the configuration's
    ("http://[::1]:8500", "http ::1 8500"),
]


@pytest.mark.parametrize(("text", "read"), RULE_TEXTS)
def test_a_rule_names_scheme_host_and_port(text: str, read: str) -> None:
    rule = parse_rule(text)

    assert f"{rule.scheme} {'*.' if rule.below else ''}{rule.host} {rule.port}" == read


NO_RULES = [
    "",
    "*",  # everybody
    "*.",
    "*.example",  # a whole country
    "**.plein.example",
    "cdn.*.example",
    "*cdn.plein.example",
    "localhost",
    "cdn",
    "cdn.plein.example.",
    "cdn.plein.example/p",
    "https://cdn.plein.example/",
    "user@cdn.plein.example",
    "ftp://cdn.plein.example",
    "HTTPS://cdn.plein.example",  # one way to write it
    "cdn.plein.example:0",
    "cdn.plein.example:",
    "https://https://cdn.plein.example",
    "cdn plein.example",
    "cdn_1.plein.example",
    "10.0.0.1",
    "127.1",
    "0.0.0.0",
    "169.254.169.254",
    "*.9.9.9.9",
    "9.9.9",
    "010.9.9.9",
    "2620:fe::fe",  # without brackets
    "[::]",
    "[fd00:ec2::254]",
    "[::ffff:127.0.0.1]",
    "[::ffff:9.9.9.9]",
    "[64:ff9b::7f00:1]",
    "[fe80::1%eth0]",
]


@pytest.mark.parametrize("text", NO_RULES)
def test_a_rule_that_is_none_is_refused_by_its_own_words(text: str) -> None:
    with pytest.raises(ValueError, match=r".+") as refused:
        parse_rule(text)

    assert str(refused.value).startswith(f"{text}: ")


@pytest.mark.parametrize("why", Why)
def test_every_refusal_has_words(why: Why) -> None:
    assert why.says


HOSTS = st.sampled_from(["cdn.plein.example", "a.media.plein.example", "9.9.9.9", "[2620:fe::fe]"])
PIECES = st.lists(
    st.one_of(HOSTS, st.sampled_from([*"/\\@#?:.%[]&;= \t\n", "https://", "//", "127.0.0.1"]), st.text()),
    max_size=8,
)


@given(PIECES)
def test_whatever_is_allowed_is_a_host_of_the_list_to_other_readers_too(pieces: list[str]) -> None:
    link = judge("https://" + "".join(pieces), RULES)
    if isinstance(link, Why):
        return

    other = urlsplit(str(link))
    assert (other.hostname, other.port or 443) == (link.host, link.rule.port)
    assert link.rule.fits(link.host)
    assert judge(str(link), RULES) == link


@given(HOSTS, st.text(max_size=30))
def test_a_redirect_leads_to_a_host_of_the_list_or_nowhere(host: str, location: str) -> None:
    link = redirected(the_link(f"https://{host}/a"), location, RULES)

    assert isinstance(link, Why) or any(one.fits(link.host) for one in RULES)


@given(st.ip_addresses())
def test_what_python_calls_special_is_never_connected_to(address: object) -> None:
    seen = ip_address(str(address))
    special = (seen.is_private, seen.is_loopback, seen.is_link_local, seen.is_multicast, seen.is_reserved)

    assert not any(special) or pin([str(seen)], loopback=False) is Why.NOT_PUBLIC


@given(st.ip_addresses(v=4), st.sampled_from(["::%s", "::ffff:%s", "64:ff9b::%s", "64:ff9b:1::%s"]))
def test_an_address_inside_another_is_never_connected_to(inner: object, around: str) -> None:
    outer = str(IPv6Address(around % inner))

    assert pin([outer], loopback=False) is Why.NOT_PUBLIC


def numbers_only(host: str) -> bool:
    """Whether a lax reader takes this for an address."""
    with suppress(OSError, UnicodeError):
        socket.inet_aton(host)
        return True
    return False


@given(st.text("0123456789abcdefxX.", min_size=1, max_size=20))
def test_what_a_lax_reader_takes_for_an_address_is_never_taken_for_a_name(host: str) -> None:
    try:
        rule = parse_rule(host)
    except ValueError:
        return

    assert not numbers_only(host) or str(ip_address(rule.host)) == host
