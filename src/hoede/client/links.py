"""The links by which a platform hands somebody over: to report, or to see what is on for themselves."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from secrets import token_hex
from typing import Final, Literal
from urllib.parse import quote

from hoede.core.handover import LASTS, Handover, Purpose, sign_handover

# Where one's own pages open: everything, pairing, one's time, the safe way out.
OwnPage = Literal["", "family", "time", "safe"]
OWN_PAGES: Final[Mapping[OwnPage, str]] = {
    "": "me",
    "family": "me/family",
    "time": "me/time",
    "safe": "me/safe",
}


def handover_link(
    url: str,
    secrets: Sequence[str],
    *,
    service: str,
    subject: str,
    now: datetime,
    reporter: str | None = None,
    content: str | None = None,
    reporter_since: date | None = None,
    linked: str | None = None,
    locale: str | None = None,
) -> str:
    """Return where to send somebody who wants to report `subject`; it lasts 15 minutes and works once.

    `url` is Hoede's as people reach it, `secrets` are the webhook secrets (the old and the new one while they
    rotate), `service` is its name in Hoede's configuration, `now` an aware time. Make it when the button is
    tapped and open it on top: Hoede's pages are shown in no frame. `linked` and `reporter_since` as in
    `Client.notice`.
    """
    handed = Handover(
        service=service,
        subject=subject,
        once=token_hex(16),
        until=now + LASTS,
        reporter=reporter,
        content=content,
        since=reporter_since,
        linked=linked,
    )
    language = f"&lang={quote(locale, safe='')}" if locale else ""
    return f"{url.rstrip('/')}/report?h={sign_handover(handed, secrets)}{language}"


def me_link(
    url: str,
    secrets: Sequence[str],
    *,
    service: str,
    account: str,
    now: datetime,
    locale: str | None = None,
    linked: str | None = None,
    wrote_first: datetime | None = None,
    page: OwnPage = "",
) -> str:
    """Return where to send somebody who wants to see and choose what is on for them; it lasts 15 minutes.

    `page` is where it opens: everything, pairing, their time, or the safe way out.

    Make it for nobody but the account that is signed in, when the button is tapped, and open it on top.
    `linked` as in `handover_link`; `wrote_first` is when this session first wrote with somebody new, or got
    their message: nobody pairs within a day of it.
    """
    handed = Handover(
        service=service,
        subject=account,
        once=token_hex(16),
        until=now + LASTS,
        linked=linked,
        wrote_first=wrote_first,
    )
    return _own(url, OWN_PAGES[page], handed, secrets, Purpose.ME, locale)


def family_link(
    url: str,
    secrets: Sequence[str],
    *,
    service: str,
    account: str,
    now: datetime,
    locale: str | None = None,
    linked: str | None = None,
) -> str:
    """Return where to send a parent or guardian who has an account of their own; it lasts 15 minutes.

    They need none: `/family` alone is enough. With the link what you know of their age counts as proof where
    it was verified, and nobody pairs with their own second account (`linked` as in `handover_link`).
    """
    handed = Handover(service=service, subject=account, once=token_hex(16), until=now + LASTS, linked=linked)
    return _own(url, "family", handed, secrets, Purpose.FAMILY, locale)


def _own(  # noqa: PLR0917 - the parts of an address
    url: str, page: str, handed: Handover, secrets: Sequence[str], purpose: Purpose, locale: str | None
) -> str:
    language = f"&lang={quote(locale, safe='')}" if locale else ""
    return f"{url.rstrip('/')}/{page}?h={sign_handover(handed, secrets, purpose)}{language}"
