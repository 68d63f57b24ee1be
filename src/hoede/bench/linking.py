"""What pairing takes of two people: taps, letters typed, words to read, and the machine's own seconds.

Both walk through the pages as they are, without script, against a real `serve`: the teen invites, the
guardian comes by the link and a letter, the teen reads both lists and says yes.
"""

import os
import re
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from hoede.app.rehearsal import SERVICE, secret_file
from hoede.bench.ground import Ground, ground, until
from hoede.bench.processes import load
from hoede.bench.rows import Row, percentile, spread
from hoede.bench.walking import Walker
from hoede.client import me_link
from hoede.config import read_secret
from hoede.core.ages import AgeEvidence, Assurance
from hoede.simulators.mailbox import Mailbox
from hoede.simulators.pictures import test_card

TIMES = 5
URL = "http://localhost:8400"
TAP_S, LETTER_S, WORDS_A_SECOND = 2.0, 0.3, 4.0  # of somebody who is in no hurry; 240 words a minute
WITHIN_S = 120
Letter = Callable[[str], str]  # the newest letter to an address


def linking() -> list[Row]:
    """Rows for one pairing by link, as the median of several families."""
    with tempfile.TemporaryDirectory(prefix="hoede-bench-") as folder, Mailbox() as mailbox:
        more = {
            "public_url": URL,
            "mail_host": "127.0.0.1",
            "mail_port": mailbox.port,
            "mail_security": "none",
            "mail_from": "families@hoede.example",
        }
        with ground(Path(folder), [test_card()], more=more, env=os.environ) as on:
            secrets = [read_secret(secret_file(Path(folder)))]
            walked = [_family(on, secrets, mailbox, number) for number in range(TIMES)]
    seconds = [one for one, _, _ in walked]
    return _rows(seconds, *walked[-1][1:])


def _family(on: Ground, secrets: list[str], mailbox: Mailbox, number: int) -> tuple[float, Walker, Walker]:
    """How long the machine took for one family, and the two who walked."""
    account, mail = f"teen-{number}", f"g{number}@mail.example"
    on.client.put_account(account, country="NL", zone="Europe/Amsterdam", age_evidence=[_fourteen()])
    now = datetime.now(UTC)
    own = me_link(URL, secrets, service=SERVICE, account=account, now=now, page="family")
    there = f"http://127.0.0.1:{on.port}"
    teen, guardian = Walker(URL, there), Walker(URL, there)
    start = time.perf_counter()
    link(teen, guardian, own, mail, lambda to: newest(mailbox, to))
    return time.perf_counter() - start, teen, guardian


def _fourteen() -> AgeEvidence:
    today = datetime.now(UTC).date()
    return AgeEvidence(
        method="self-declared",
        assurance=Assurance.DECLARED,
        issuer="bench",
        as_of=today,
        born=date(today.year - 14, 1, 1),
    )


def link(teen: Walker, guardian: Walker, own: str, mail: str, letter: Letter) -> str:
    """Pair two people by the teen's invitation; the path of the guardian's page about the teen.

    Raises `WalkError` where a page does not say what it has to.
    """
    teen.open(f"{own}&lang=en").follow("Invite a parent or guardian")
    teen.press("Make an invitation", mode="limits")
    invited = teen.value("Or send the link")
    guardian.open(invited)
    guardian.press("Send me the letter", name="Anna", mail=mail)
    guardian.taps += 1  # the link in the letter
    came = re.search(r"https?://\S+/family/join/\S+", letter(mail))
    if came is None:
        raise LookupError("the letter has no link")
    guardian.open(came[0]).press("Come in without a passkey")
    guardian.reads("asks you to pair.", "You never see:").press("Pair with")
    teen.follow("Family Pairing").follow("Read what Anna will see")
    teen.reads("Anna will see:", "Anna will never see:").press("I read both lists.")
    teen.reads("Paired since")
    return guardian.at.partition("?")[0].removeprefix(guardian.url)


def newest(mailbox: Mailbox, to: str) -> str:
    """The newest letter to an address, once there is one."""
    until(lambda: bool(mailbox.to(to)))
    return mailbox.to(to)[-1].body


def _rows(seconds: list[float], teen: Walker, guardian: Walker) -> list[Row]:
    machine = percentile(seconds, 0.5)
    taps, typed, words = (
        getattr(teen, name) + getattr(guardian, name) for name in ("taps", "letters", "words")
    )
    pace = machine + taps * TAP_S + typed * LETTER_S
    return [
        Row(
            name="linking_taps",
            unit="taps",
            ours=taps,
            target="",
            spread=f"teen {teen.taps}, guardian {guardian.taps}; typed: {typed} letters",
        ),
        Row(
            name="linking_machine",
            unit="s",
            ours=round(machine, 2),
            target="",
            spread=f"{spread(seconds)}; with the letter; {load()}",
        ),
        Row(
            name="linking_words",
            unit="words",
            ours=words,
            target="",
            spread=f"on all pages on the way, teen {teen.words}, guardian {guardian.words};"
            f" to read each takes {words / WORDS_A_SECOND:.0f} s at 240 words a minute",
        ),
        Row(
            name="linking_at_a_calm_pace",
            unit="s",
            ours=round(pace, 1),
            target=f"<= {WITHIN_S}",
            spread=f"{TAP_S:.0f} s for each tap, {LETTER_S} s for each letter typed, one after the other;"
            " without reading",
        ),
    ]
