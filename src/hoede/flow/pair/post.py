"""Mail to send: taken for a while, sent, and then its text is gone. At least once, seldom twice."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from hoede.db import Database
from hoede.mail import Letter, MailRefused, MailUnavailable, Post
from hoede.pairing import mails

log = structlog.get_logger()

AT_ONCE = 20
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMail:
    db: Database
    post: Post

    def once(self) -> bool:
        """Send what is due; false when nothing is."""
        if not self.db.read(lambda conn: mails.any_due(conn, self.db.time(conn))):
            return False
        for one in self.db.commit(lambda tx: mails.claim(tx, AT_ONCE, LEASE)):
            try:
                self.post.send(Letter(id=one.id, to=one.to, subject=one.subject, body=one.body))
            except MailRefused as error:
                log.warning("mail.refused", mail=one.id, error=error.code)
                self.db.commit(partial(mails.refused, mail_id=one.id))
            except ValueError as error:  # nothing that can be a letter; the others go on
                log.error("mail.refused", mail=one.id, error=type(error).__name__)  # noqa: TRY400 - no values
                self.db.commit(partial(mails.refused, mail_id=one.id))
            except MailUnavailable as error:
                log.warning("mail.later", mail=one.id, error=error.code)
                self.db.commit(partial(mails.later, mail_id=one.id, tries=one.tries))
            else:
                self.db.commit(partial(mails.sent, mail_id=one.id))
        return True
