"""Whom we talk to: authorities and platforms, each built from its part of the configuration and checked."""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from hoede.config import AuthorityPart, Config, ConfigError, read_secret
from hoede.db import Database
from hoede.enforcement.platforms.webhook import Endpoint, check_secret
from hoede.evidence import Vault
from hoede.flow.hand_over import HandOver
from hoede.reporting import Authority, AuthorityKind, AuthoritySettings, all_authorities
from hoede.reporting.archive import RecipientInvalid, check_recipient
from hoede.reporting.cybertipline import SchemaUnusable
from hoede.reporting.cybertipline.kinds import EMAIL, URL, text
from hoede.reporting.routing import Kind, shipped_offices

_NAME, _ANY_TIME = text(100), datetime.max.replace(tzinfo=UTC)
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def build_authorities(config: Config) -> dict[str, Authority]:
    kinds = all_authorities()
    built = {}
    for name, part in config.authorities.items():
        if name not in kinds:
            raise ConfigError(f"authorities.{name}: there is no such authority; known: {', '.join(kinds)}")
        _check_reporter(name, part)
        built[name] = _built(name, kinds[name], authority_settings(config, name, part))
        _check_address(config, name, part, built[name])
        check_batches(name, part, built[name])
    return built


def _built(name: str, kind: AuthorityKind, settings: AuthoritySettings) -> Authority:
    try:
        return kind(settings)
    except SchemaUnusable as error:
        raise ConfigError(f"authorities.{name}.schema_file: this is no schema of reports: {error}") from error


def _check_address(config: Config, name: str, part: AuthorityPart, authority: Authority) -> None:
    """An address must be what its environment says: a label alone sends nothing anywhere."""
    url = urlsplit(part.url)
    where = f"authorities.{name}.url"
    if (url.hostname in authority.production_hosts) != config.production:
        raise ConfigError(f"{where}: {url.hostname} and environment {part.environment} do not go together.")
    if part.environment == "simulator" and url.hostname not in LOOPBACK:
        raise ConfigError(f"{where}: a simulator is on this machine, not at {url.hostname}.")
    if part.environment != "simulator" and url.scheme != "https":
        raise ConfigError(f"{where}: needs https; it carries a password and evidence.")


def check_batches(name: str, part: AuthorityPart, authority: Authority) -> None:
    if part.batches_within_s and not authority.takes_batches:
        raise ConfigError(f"authorities.{name}.batches_within_s: {name} takes no batched reports.")


def _check_reporter(name: str, part: AuthorityPart) -> None:
    """What stands in every report is checked at the start: one wrong letter would keep all of them back."""
    told = {"reporter_email": (EMAIL, part.reporter_email), "legal_url": (URL, part.legal_url)}
    told |= {
        "reporter_first_name": (_NAME, part.reporter_first_name),
        "reporter_last_name": (_NAME, part.reporter_last_name),
    }
    for key, (kind, says) in told.items():
        if kind.longest is not None and len(says) > kind.longest:
            raise ConfigError(f"authorities.{name}.{key}: has more than {kind.longest} characters.")
        wrong = kind.flaw(says, _ANY_TIME) if kind.flaw and says else None
        if wrong:
            raise ConfigError(f"authorities.{name}.{key}: {wrong}.")


def authority_settings(config: Config, name: str, part: AuthorityPart) -> AuthoritySettings:
    return AuthoritySettings(
        url=part.url,
        user=part.user,
        password=read_secret(part.password_file),
        production=config.production and part.environment == "production",
        timeout_s=part.timeout_s,
        reporter_first_name=part.reporter_first_name,
        reporter_last_name=part.reporter_last_name,
        reporter_email=part.reporter_email,
        company_template=part.company_template,
        legal_url=part.legal_url,
        schema=_fetched(name, part.schema_file),
    )


def _fetched(name: str, path: Path | None) -> bytes | None:
    """The authority's own schema, once somebody fetched it."""
    try:
        return path.read_bytes() if path is not None else None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(
            f"authorities.{name}.schema_file {path} cannot be read: {error.strerror}."
        ) from error


def build_hand_over(config: Config, db: Database, vault: Vault) -> HandOver:
    """Raises `ConfigError` for an office nobody knows, or a key that is none."""
    offices = shipped_offices(_text(path) for path in config.office_files)
    for name, part in config.hand_overs.items():
        if name not in offices or offices[name].kind is not Kind.PACKAGE:
            raise ConfigError(f"hand_overs.{name}: there is no such office; known: {', '.join(offices)}")
        try:
            check_recipient(part.recipient)
        except RecipientInvalid as error:
            raise ConfigError(f"hand_overs.{name}.recipient: {error.detail}") from error
    return HandOver(
        db=db,
        vault=vault,
        offices=offices,
        recipients={name: part.recipient for name, part in config.hand_overs.items()},
        home=config.home_country,
        production=config.production,
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"office_files: {path} cannot be read: {error.strerror}.") from error


def endpoints_of(config: Config) -> dict[str, Endpoint]:
    """Read at every sending, so that a rotated secret counts at once and without a restart."""
    return {
        name: Endpoint(one.webhook_url, tuple(_webhook_secret(path) for path in one.webhook_secret_files))
        for name, one in config.services.items()
    }


def _webhook_secret(path: Path) -> str:
    secret = read_secret(path)
    check_secret(secret)
    return secret
