"""Mail: short plain letters over SMTP, encrypted on the way where anybody else could listen."""

from hoede.mail.port import Letter, MailRefused, MailUnavailable, Nowhere, Post
from hoede.mail.smtp import Security, SmtpPost

__all__ = ["Letter", "MailRefused", "MailUnavailable", "Nowhere", "Post", "Security", "SmtpPost"]
