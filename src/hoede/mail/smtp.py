"""Mail by SMTP, as the standard library speaks it."""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum

from hoede.mail.port import Letter, MailRefused, MailUnavailable

TIMEOUT_S = 20
_FINAL = 500  # from here on trying again changes nothing


class Security(StrEnum):
    """How the way to the server is encrypted."""

    TLS = "tls"  # from the first byte
    STARTTLS = "starttls"  # asked for, and nothing is sent without it
    NONE = "none"  # on this machine only


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpPost:
    """One connection a letter: there are few of them."""

    host: str
    port: int
    sender: str
    security: Security
    now: Callable[[], datetime]
    tls: ssl.SSLContext | None = None  # None: the system's
    user: str = ""
    password: Callable[[], str] = str

    def send(self, letter: Letter) -> None:
        try:
            with self._connected() as server:
                server.send_message(self._message(letter))
        except smtplib.SMTPAuthenticationError as error:
            raise MailUnavailable("The mail server does not let us in.", mail=letter.id) from error
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise self._failed(min(codes, default=_FINAL), letter) from error
        except smtplib.SMTPResponseException as error:
            raise self._failed(error.smtp_code, letter) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailable(type(error).__name__, mail=letter.id) from error

    def _connected(self) -> smtplib.SMTP:
        if self.security is Security.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=TIMEOUT_S, context=self.tls or ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        try:
            if self.security is Security.STARTTLS:
                server.starttls(context=self.tls or ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password())
        except BaseException:
            server.close()
            raise
        return server

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = letter.to
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = format_datetime(self.now())
        message["Message-ID"] = f"<{letter.id}@{self.sender.rpartition('@')[2].rstrip('>')}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body)
        return message

    @staticmethod
    def _failed(code: int, letter: Letter) -> MailRefused | MailUnavailable:
        kind = MailRefused if code >= _FINAL else MailUnavailable
        return kind(f"The mail server answered {code}.", mail=letter.id)
