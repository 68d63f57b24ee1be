"""Where media may be fetched from: a URL as it is written, and the addresses that its host's name has. Pure.

A connection needs both doors. The URL stands on the operator's list, in the one spelling we read; and every
address of its host is public. What we do not understand is refused, so that no two readers can differ.
Source: docs/sources.md#special-addresses
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from string import ascii_lowercase, ascii_uppercase
from urllib.parse import urljoin

import idna

LONGEST_URL = 2048
LONGEST_NAME = 253
PORTS = {"https": 443, "http": 80}
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^#]*)(#.*)?", re.DOTALL)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NEVER = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ud800-\udfff\ufffd]")
_TARGET = re.compile(r"[A-Za-z0-9/?%:@!$&'()*+,;=._~\[\]-]*")  # RFC 3986, and brackets as they are met
_SIX = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::(.*))?")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")  # a last label like this makes readers take a name for an address
_OTHER_DOTS = re.compile(r"[\u3002\uff0e\uff61]")
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)

# Not for the internet at large, or leading somewhere else than it says. Python's own `is_global` knows most
# of them, which ones depends on its version.
_SPECIAL = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # looks public; inside one cloud it is the machine's own metadata
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    )
)  # fmt: skip
_GLOBAL_SIX = ip_network(
    "2000::/3"
)  # all that was ever given out; mapped, NAT64, unique local ... lie outside


class Why(StrEnum):
    """Why an address is refused."""

    LENGTH = "too-long"
    CHARACTERS = "characters"
    SCHEME = "scheme"
    USER = "user"
    FRAGMENT = "fragment"
    HOST = "host"
    SPELLING = "spelling"
    PORT = "port"
    ELSEWHERE = "not-allowed"
    NOT_PUBLIC = "not-public"

    @property
    def says(self) -> str:
        return _SAYS[self]


_SAYS = {
    Why.LENGTH: f"it is longer than {LONGEST_URL} characters",
    Why.CHARACTERS: "it has characters that must be percent-encoded, or that no address has",
    Why.SCHEME: "it does not begin with https://, or with http:// where that is allowed",
    Why.USER: "it names a user",
    Why.FRAGMENT: "it has a fragment",
    Why.HOST: "its host is none",
    Why.SPELLING: "its host is not written the plain way",
    Why.PORT: "its port is not the one that is allowed",
    Why.ELSEWHERE: "its host is not in media_hosts",
    Why.NOT_PUBLIC: "its host has an address that is not public",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A place that the operator allows to fetch from."""

    scheme: str
    host: str  # lower case, IDNA; or an address as `ipaddress` writes it
    port: int
    below: bool = False  # whatever ends in the host's name, but not that name itself

    @property
    def loopback(self) -> bool:
        """Whether it is this machine itself: then its address is loopback, and none else will do."""
        return _is_literal(self.host) and ip_address(self.host).is_loopback

    def fits(self, host: str) -> bool:
        return host.endswith(f".{self.host}") if self.below else host == self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A URL that was allowed, taken apart."""

    rule: Rule  # the one that allows it
    host: str
    target: str  # path and query

    @property
    def authority(self) -> str:
        """As the header `Host` has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.rule.port == PORTS[self.rule.scheme] else f"{host}:{self.rule.port}"

    @property
    def is_literal(self) -> bool:
        """Whether the host is an address already, so that there is no name to resolve."""
        return _is_literal(self.host)

    def __str__(self) -> str:
        return f"{self.rule.scheme}://{self.authority}{self.target}"


def parse_rule(text: str) -> Rule:
    """One of `media_hosts`: a host, or `*.` and what hosts end in; with scheme and port where they differ.

    Raises `ValueError`.
    """
    scheme, _, rest = text.rpartition("://")
    scheme = scheme or "https"
    below = rest.startswith("*.")
    try:
        _check(scheme in PORTS, Why.SCHEME)
        host, port = _place(rest.removeprefix("*."))
    except _Refused as refused:
        raise ValueError(f"{text}: {refused.why.says}") from None
    rule = Rule(scheme=scheme, host=host, port=port or PORTS[scheme], below=below)
    if _is_literal(host):
        if below or not (rule.loopback or is_public(ip_address(host))):
            raise ValueError(f"{text}: an address is allowed when it is public, one at a time")
    elif "." not in host:
        raise ValueError(f"{text}: a whole name is needed, such as cdn.plein.example")
    return rule


def judge(url: str, rules: Sequence[Rule]) -> Link | Why:
    """What to fetch, or why not; whether the host's addresses are public is the next door."""
    try:
        return _judged(url, rules)
    except _Refused as refused:
        return refused.why


def redirected(link: Link, location: str, rules: Sequence[Rule]) -> Link | Why:
    """Where a redirect leads, judged like the first URL."""
    try:
        _check_signs(location)  # before it is joined: joining would drop tabs and line ends
        return _judged(_joined(link, location), rules)
    except _Refused as refused:
        return refused.why


def pin(found: Iterable[str], *, loopback: bool) -> str | Why:
    """The one address to connect to, when all that were found will do; `loopback`: of this machine itself.

    One bad address among good ones is enough to refuse: who mixes them wants us to meet the bad one.
    """
    try:
        addresses = [ip_address(one) for one in found]
    except ValueError:
        return Why.NOT_PUBLIC
    if not addresses or any(getattr(one, "scope_id", None) for one in addresses):
        return Why.NOT_PUBLIC
    will_do = all(one.is_loopback if loopback else is_public(one) for one in addresses)
    return str(addresses[0]) if will_do else Why.NOT_PUBLIC


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is of a machine on the internet at large, reached as what it says it is."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL_SIX:
        return False
    return address.is_global and not any(address in one for one in _SPECIAL)


class _Refused(Exception):
    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def _check(fine: object, why: Why) -> None:
    if not fine:
        raise _Refused(why)


def _check_signs(text: str) -> None:
    _check(len(text) <= LONGEST_URL, Why.LENGTH)
    _check(not _NEVER.search(text), Why.CHARACTERS)


def _judged(url: str, rules: Sequence[Rule]) -> Link:
    _check_signs(url)
    found = _URL.fullmatch(url)
    if found is None:
        raise _Refused(Why.SCHEME)
    scheme, authority, target, fragment = found[1].lower(), found[2], found[3], found[4]
    _check(scheme in PORTS, Why.SCHEME)
    _check("@" not in authority, Why.USER)
    _check(fragment is None, Why.FRAGMENT)
    _check(_TARGET.fullmatch(target), Why.CHARACTERS)
    host, port = _place(authority)
    rule = _allowing(rules, scheme, host, port or PORTS[scheme])
    return Link(rule=rule, host=host, target=target if target.startswith("/") else f"/{target}")


def _joined(link: Link, location: str) -> str:
    """Only a path is joined: what names a scheme or a host is judged as it stands."""
    if _ABSOLUTE.match(location):
        return location
    if location.startswith("//"):
        return f"{link.rule.scheme}:{location}"
    return urljoin(str(link), location)


def _allowing(rules: Sequence[Rule], scheme: str, host: str, port: int) -> Rule:
    fitting = [one for one in rules if one.fits(host)]
    _check(fitting, Why.ELSEWHERE)
    fitting = [one for one in fitting if one.scheme == scheme]
    _check(fitting, Why.SCHEME)
    fitting = [one for one in fitting if one.port == port]
    _check(fitting, Why.PORT)
    return fitting[0]


def _place(authority: str) -> tuple[str, int | None]:
    """Host and port of an authority, the host in its one spelling."""
    six = _SIX.fullmatch(authority)
    if six is not None:
        return _address(six[1], IPv6Address), _port(six[2])
    name, colon, port = authority.partition(":")
    return _name(name.translate(_LOWER)), _port(port if colon else None)


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    _check(_PORT.fullmatch(text) and int(text) < 1 << 16, Why.PORT)
    return int(text)


def _name(name: str) -> str:
    """A name in lower case and IDNA, or an IPv4 address."""
    _check(not ("%" in name or name.endswith(".") or _OTHER_DOTS.search(name)), Why.SPELLING)
    if not name.isascii():
        try:
            name = idna.encode(name).decode()  # no mapping: what would have to be mapped is not plain
        except idna.IDNAError:
            raise _Refused(Why.SPELLING) from None
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _address(name, IPv4Address)
    _check(len(name) <= LONGEST_NAME and all(_is_label(one) for one in labels), Why.HOST)
    return name


def _is_label(label: str) -> bool:
    if not _LABEL.fullmatch(label):
        return False
    if not label.startswith("xn--"):
        return True
    try:
        idna.ulabel(label)
    except idna.IDNAError:
        return False
    return True


def _address(text: str, kind: type[IPv4Address | IPv6Address]) -> str:
    """An address that is written as `ipaddress` would write it; one kind inside the other has no such way."""
    try:
        address = kind(text)
    except ValueError:
        raise _Refused(Why.SPELLING) from None
    _check(str(address) == text.lower() and not getattr(address, "ipv4_mapped", None), Why.SPELLING)
    return str(address)


def _is_literal(host: str) -> bool:
    return ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]) is not None
