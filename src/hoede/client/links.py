"""The links by which a platform hands somebody over: to report, or to see what is on for themselves."""

from collections.abc import Sequence
from datetime import date, datetime
from secrets import token_hex
from urllib.parse import quote

from hoede.core.handover import LASTS, Handover, Purpose, sign_handover


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
) -> str:
    """Return where to send somebody who wants to see and choose what is on for them; it lasts 15 minutes.

    Make it for nobody but the account that is signed in, when the button is tapped, and open it on top.
    """
    handed = Handover(service=service, subject=account, once=token_hex(16), until=now + LASTS)
    language = f"&lang={quote(locale, safe='')}" if locale else ""
    return f"{url.rstrip('/')}/me?h={sign_handover(handed, secrets, Purpose.ME)}{language}"
