"""Letters to guardians: sent once, tried again, never kept; and the mailbox that stands in for a server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from tests.pairing.scene import Scene

from hoede.flow.pair import SendMail
from hoede.mail import Letter, MailRefused, MailUnavailable, Nowhere, Security, SmtpPost
from hoede.pairing.tables import MAILS
from hoede.simulators.mailbox import Mailbox

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LETTER = Letter(
    id="mail_1", to="anna@mail.example", subject="Een één\nBcc: x@y.example", body="Hé,\n\n.\nline"
)


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


@pytest.fixture(autouse=True)
def _empty(mailbox: Mailbox) -> None:
    mailbox.letters.clear()
    mailbox.answers.clear()


def post(mailbox: Mailbox, port: int | None = None) -> SmtpPost:
    return SmtpPost(
        host="127.0.0.1",
        port=port or mailbox.port,
        sender="Families <families@plein.example>",
        security=Security.NONE,
        now=lambda: NOON,
    )


def kept(scene: Scene) -> list[tuple[str | None, bool]]:
    """Of each letter its text, and whether it was sent."""
    rows = scene.db.read(lambda conn: conn.execute(select(MAILS).order_by(MAILS.c.id)).all())
    return [(row.body, row.sent_at is not None) for row in rows]


def test_a_letter_comes_as_it_was_written_and_says_no_more_in_its_head(mailbox: Mailbox) -> None:
    post(mailbox).send(LETTER)
    [got] = mailbox.letters

    assert (got.id, got.to) == ("<mail_1@plein.example>", "anna@mail.example")
    assert (got.subject, got.body) == ("Een één Bcc: x@y.example", "Hé,\n\n.\nline\n")


@pytest.mark.parametrize(
    ("answer", "error"),
    [("451 later", MailUnavailable), ("550 no such mailbox", MailRefused), ("421 busy", MailUnavailable)],
)
def test_what_a_server_answers_is_told_apart(mailbox: Mailbox, answer: str, error: type[Exception]) -> None:
    mailbox.answers.append(answer)
    with pytest.raises(error):
        post(mailbox).send(LETTER)
    assert mailbox.letters == []


def test_a_server_that_is_not_there_may_be_later(mailbox: Mailbox) -> None:
    with pytest.raises(MailUnavailable):
        post(mailbox, port=9).send(LETTER)
    with pytest.raises(MailUnavailable, match="mail_host"):
        Nowhere().send(LETTER)


def test_nothing_is_sent_without_the_encryption_that_was_asked_for(mailbox: Mailbox) -> None:
    plain = post(mailbox)
    asked = SmtpPost(
        host=plain.host, port=plain.port, sender=plain.sender, security=Security.STARTTLS, now=plain.now
    )
    with pytest.raises(MailUnavailable):
        asked.send(LETTER)
    assert mailbox.letters == []


def test_a_link_by_mail_is_sent_and_then_not_kept(scene: Scene, mailbox: Mailbox) -> None:
    scene.people.write_to("anna@mail.example", name="Anna", locale="nl")
    sending = SendMail(db=scene.db, post=post(mailbox))
    assert sending.once()
    [got] = mailbox.to("anna@mail.example")

    assert "https://hoede.example/family/join/secret_" in got.body
    assert (kept(scene), sending.once()) == ([(None, True)], False)


def test_a_letter_is_tried_again_and_lost_its_text_when_too_late(scene: Scene, mailbox: Mailbox) -> None:
    scene.people.write_to("anna@mail.example", name="Anna", locale="nl")
    sending = SendMail(db=scene.db, post=post(mailbox))
    mailbox.answers.extend(["451 later"] * 3)
    sending.once()
    assert (sending.once(), kept(scene)[0][0] is None) == (False, False)
    scene.clock.advance(timedelta(minutes=2))
    assert sending.once()
    scene.clock.advance(timedelta(hours=1))
    sending.once()

    assert (mailbox.letters, kept(scene)) == ([], [(None, False)])


def test_a_letter_that_is_refused_is_not_tried_again(scene: Scene, mailbox: Mailbox) -> None:
    scene.people.write_to("anna@mail.example", name="Anna", locale="nl")
    mailbox.answers.append("550 no such mailbox")
    sending = SendMail(db=scene.db, post=post(mailbox))
    sending.once()
    scene.clock.advance(timedelta(minutes=10))

    assert (sending.once(), mailbox.letters) == (False, [])
