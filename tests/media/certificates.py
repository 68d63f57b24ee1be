"""Certificates made for a test: an authority, and hosts that it or somebody else vouches for."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Holder:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def context(self, folder: Path) -> ssl.SSLContext:
        """A server's, with this certificate."""
        file = folder / "holder.pem"
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(self.pem + key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def authority() -> Holder:
    """Vouches for itself."""
    return _made("a test's authority", (), None, days=30)


def host(*names: str, by: Holder | None, days: int = 30) -> Holder:
    """For these names, or addresses; `by` nobody: it vouches for itself. `days` below 0: it is over."""
    return _made(names[0], names, by, days=days)


def _made(common: str, names: tuple[str, ...], by: Holder | None, *, days: int) -> Holder:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
    )
    if names:
        built = built.add_extension(
            x509.SubjectAlternativeName([_name(one) for one in names]), critical=False
        )
    return Holder(built.sign(by.key if by else key, SHA256()), key)


def _name(told: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(told))
    except ValueError:
        return x509.DNSName(told)
