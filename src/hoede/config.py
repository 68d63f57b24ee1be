"""One frozen configuration, read once from a TOML file and the environment. Unknown keys are refused.

Every key of the file's top level that is one value can be given as `HOEDE_<KEY>` too; the environment wins.
Secrets are never values here: they are paths of files.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from hoede.core.errors import HoedeError
from hoede.media import Rule, parse_rule

ENVIRONMENT_PREFIX = "HOEDE_"
_NOT_ONE_VALUE = frozenset(
    {
        "services",
        "authorities",
        "hand_overs",
        "office_files",
        "acts_alone",
        "shadow_detectors",
        "policy_packs",
    }
)
CONFIG_VARIABLE = "HOEDE_CONFIG"  # the file's path itself


class ConfigError(HoedeError):
    """The configuration is not one we can run with."""

    code = "config-invalid"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Service(_Part):
    """One of the operator's platforms."""

    name: str = Field(description="As people know it; stands in reports and letters.")
    webhook_url: str = Field(description="Where its orders are sent.")
    webhook_secret_files: tuple[Path, ...] = Field(
        min_length=1,
        description="Files with a whsec_ secret each; two while one is rotated.",
    )
    rule: str = Field(description="The line of its community guidelines that letters name.")
    outside: str | None = Field(default=None, description="Whom letters name besides us and a court.")
    age_proofs: Mapping[str, str] = Field(
        default_factory=dict,
        description=(
            "Where its people prove their age: adapter = https address of a page of its own."
            " Named to who says that their age is wrong."
        ),
    )
    media_hosts: tuple[str, ...] = Field(
        default=(),
        description=(
            "Hosts its events may name media at: `cdn.plein.example`, `*.media.plein.example`, with"
            " `http://` or a port where they differ. None: media comes with the event."
        ),
    )

    tells_more_within_s: float = Field(
        default=0,
        ge=0,
        description=(
            "How long a report waits for what the platform tells of an account when it is asked"
            " (`order.tell_more`); what comes later goes into a supplementary report. 0: it is not asked."
        ),
    )

    @field_validator("media_hosts")
    @classmethod
    def _can_be_fetched_from(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for one in hosts:
            parse_rule(one)
        return hosts

    @field_validator("age_proofs")
    @classmethod
    def _are_pages(cls, proofs: Mapping[str, str]) -> Mapping[str, str]:
        for name, address in proofs.items():
            parts = urlsplit(address)
            local = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
            if not parts.hostname or (parts.scheme != "https" and not local):
                raise ValueError(f"age_proofs.{name}: give the https address of a page")
        return proofs

    @property
    def media_rules(self) -> tuple[Rule, ...]:
        return tuple(parse_rule(one) for one in self.media_hosts)


class AuthorityPart(_Part):
    """An authority that reports go to."""

    environment: Literal["simulator", "test", "production"] = Field(
        description='"production" counts only when `deployment` says so too.'
    )
    url: str = Field(description="Base address; there is no default, least of all a production one.")
    user: str = Field(description="User name the authority gave.")
    password_file: Path = Field(description="File with the password the authority gave.")
    timeout_s: float = Field(
        default=60,
        gt=0,
        description="How long the authority may be silent in a call; `lease_s` is over ten seconds more.",
    )
    reporter_first_name: str = Field(description="Who reports, as the authority knows them.")
    reporter_last_name: str = Field(description="Likewise.")
    reporter_email: str = Field(description="Likewise; the authority requires it.")
    company_template: str = Field(
        default="", description="Text repeated on all reports, e.g. a legal address."
    )
    legal_url: str = Field(default="", description="Where legal process is explained.")
    batches_within_s: float = Field(
        default=0,
        ge=0,
        le=86_400,
        description=(
            "How long cases about one widely shared file are gathered into one report; 0: each has its own."
            " Only where the authority agreed to it with you."
        ),
    )
    schema_file: Path | None = Field(
        default=None,
        description=(
            "The authority's own schema, fetched by `hoede report xsd --fetch NAME`; once it is there,"
            " documents are held against it too before they are sent."
        ),
    )


class HandOverPart(_Part):
    """An office to which people hand over packages."""

    recipient: str = Field(
        description="The office's own age public key, `age1...`; only it can open a package."
    )


class Config(_Part):
    """Everything an operator sets."""

    deployment: Literal["demo", "rehearsal", "production"] = Field(
        description="Test entries load in demo and rehearsal only; the two are marked on every page."
    )
    data_folder: Path = Field(description="Database, vault and the spool of uploads being answered.")
    keys_folder: Path = Field(description="Long-lived keys; keep it, and its backup, apart from the data.")
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8400, description="Port to listen on.")
    public_url: str = Field(
        default="http://localhost:8400", description="How people reach us, for links in letters."
    )
    database_url: str = Field(
        default="",
        description=(
            "Another database than SQLite in the data folder: postgresql://USER@HOST/NAME, its password"
            " in a file named by ?passfile=."
        ),
    )
    media_most_bytes: int = Field(default=100 * 1024 * 1024, ge=1, description="Largest upload taken.")
    fetch_within_s: float = Field(
        default=10, gt=0, description="How long fetching media that an event names may take in all."
    )
    hold_answer_ms: int = Field(
        default=200,
        ge=10,
        description="A hold is answered this long after the last byte, whatever was found.",
    )
    look_within_ms: int = Field(
        default=120, ge=1, description="A look that takes longer is answered as a hold and goes on."
    )
    serve_workers: int = Field(
        default=1, ge=0, description="Workers of each kind inside `serve`; 0: only `work`."
    )
    retry_first_s: float = Field(
        default=1, gt=0, description="Wait before the second try; doubles from there."
    )
    retry_longest_s: float = Field(
        default=3600, gt=0, le=86_400, description="Longest wait between two tries."
    )
    call_after_tries: int = Field(
        default=5, ge=1, description="Tries after which a person is called; tries go on."
    )
    lease_s: float = Field(
        default=90,
        gt=0,
        le=86_400,
        description="How long a worker may be silent before others take over; the same in all processes.",
    )
    undo_within_s: float = Field(
        default=600, gt=0, description="How long a judge may take back their own judgment."
    )
    golden_percent: int = Field(
        default=2,
        ge=0,
        le=20,
        description=(
            "How often a golden case is mixed in, for each hundred cases that people take."
            " Nothing is mixed in before a lead has made some."
        ),
    )
    double_review_percent: int = Field(
        default=3,
        ge=0,
        le=100,
        description="How many of a hundred judgments somebody else gives once more, not knowing the first.",
    )
    golden_floor_percent: int = Field(
        default=85,
        ge=50,
        le=100,
        description="How many golden cases of a hundred must be judged right; surely fewer is an alarm.",
    )
    agreement_floor: float = Field(
        default=0.6,
        ge=0,
        le=1,
        description="The least kappa of two people who judge the same; surely less is an alarm.",
    )
    allow_sample_weekly: int = Field(
        default=50,
        ge=0,
        le=1000,
        description=(
            "How many contents that were allowed are drawn each week, by chance, for people to look at."
            " Only what everybody can see, and where the law lets us look."
        ),
    )
    shown_from: int = Field(
        default=10,
        ge=5,
        description="Figures of fewer cases are not shown: somebody could be recognised in them.",
    )
    stop_within_s: float = Field(
        default=20, gt=0, description="How long a graceful stop waits for work at hand."
    )
    acts_alone: Mapping[str, str] = Field(
        default_factory=dict,
        description="Lists that may act without a person: name = who switched it on, when, why.",
    )
    media_children: int = Field(
        default=2, ge=1, description="Confined processes that decode media, per process of ours."
    )
    formats_file: Path | None = Field(
        default=None, description="The operator's own rows of media forms, over ours."
    )
    industry_quorum: int = Field(
        default=2, ge=1, description="Sources that must agree before an industry's digest counts as known."
    )
    breaker_accounts: int = Field(
        default=20, ge=1, description="Accounts an entry may hit in ten minutes before it is quarantined."
    )
    shadow_detectors: frozenset[str] = Field(
        default=frozenset(), description="Detectors that only count, until they are trusted to act."
    )
    may_look_file: Path | None = Field(
        default=None, description="The operator's own rows of laws on looking, after ours."
    )
    wellness_file: Path | None = Field(
        default=None,
        description="The operator's own budgets and breaks for people who judge, over ours.",
    )
    audit_heads_file: Path | None = Field(
        default=None,
        description="A file that gets the log's newest signed head once an hour, for others to keep.",
    )
    policy_packs: tuple[str, ...] = Field(
        default=("hoede-baseline", "eu-dsa28", "digital-consent"),
        min_length=1,
        description=(
            "Packs of age policy that a new deployment begins with: ids of ours, or files that end in .toml."
            " From then on policy is changed by two people (`hoede policy propose`), and this is not read."
        ),
    )
    home_country: str | None = Field(
        default=None,
        pattern=r"^[A-Z]{2}$",
        description="Where the operator is; the packs of that country count for everybody.",
    )
    mail_host: str = Field(
        default="",
        description="Mail server for letters to guardians. None: they wait, and nobody can pair by mail.",
    )
    mail_port: Annotated[int, Field(ge=1, le=65535)] = Field(default=587, description="Its port.")
    mail_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description='"none" only for a server on this machine: production refuses it for any other.',
    )
    mail_from: str = Field(default="", description="Sender of letters, e.g. `families@plein.example`.")
    mail_user: str = Field(default="", description="User name at the mail server; none: no login.")
    mail_password_file: Path | None = Field(default=None, description="File with the password there.")
    services: Mapping[str, Service] = Field(min_length=1, description="The operator's platforms by id.")
    authorities: Mapping[str, AuthorityPart] = Field(min_length=1, description="Whom reports go to, by name.")
    hand_overs: Mapping[str, HandOverPart] = Field(
        default_factory=dict, description="Offices that get packages, by their name in `reporting/offices/`."
    )
    office_files: tuple[Path, ...] = Field(
        default=(),
        description="The operator's own offices, each a file like ours; the same name replaces ours.",
    )

    @model_validator(mode="after")
    def _both_say_production(self) -> Self:
        for name, part in self.authorities.items():
            if (part.environment == "production") != (self.deployment == "production"):
                raise ValueError(
                    f'deployment is "{self.deployment}" and authorities.{name}.environment is'
                    f' "{part.environment}": reports go to a production authority only when both say so'
                )
        return self

    @model_validator(mode="after")
    def _writes_letters(self) -> Self:
        if self.mail_host and "@" not in self.mail_from:
            raise ValueError("mail_from: letters need a sender, like families@plein.example")
        if bool(self.mail_user) != (self.mail_password_file is not None):
            raise ValueError("mail_user and mail_password_file go together: give both or none")
        at_home = self.mail_host in {"localhost", "127.0.0.1", "::1"}
        if self.production and self.mail_host and self.mail_security == "none" and not at_home:
            raise ValueError('mail_security: "none" would send letters readable by anybody on the way')
        return self

    @model_validator(mode="after")
    def _fetches_from_elsewhere(self) -> Self:
        for name, one in self.services.items():
            if self.production and any(rule.loopback for rule in one.media_rules):
                raise ValueError(
                    f"services.{name}.media_hosts: production does not fetch from this machine itself"
                )
        return self

    @model_validator(mode="after")
    def _proves_elsewhere(self) -> Self:
        for name, one in self.services.items():
            if self.production and any(where.startswith("http:") for where in one.age_proofs.values()):
                raise ValueError(
                    f"services.{name}.age_proofs: production sends nobody to this machine itself"
                )
        return self

    @model_validator(mode="after")
    def _written(self) -> Self:
        for name, words in self.acts_alone.items():
            if len(words.split()) < 3:  # noqa: PLR2004 - who, when, why
                raise ValueError(f"acts_alone.{name}: write down who switched it on, when and why")
        return self

    @field_validator("database_url")
    @classmethod
    def _no_secret(cls, url: str) -> str:
        if urlsplit(url).password:
            raise ValueError("holds a password; put it in a file and name that: ?passfile=/etc/hoede/pgpass")
        return url

    @property
    def production(self) -> bool:
        return self.deployment == "production"

    @property
    def url_of_database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_folder / 'hoede.sqlite'}"


def read_config(path: Path | None, environment: Mapping[str, str] = os.environ) -> Config:
    """The configuration of this process. Raises `ConfigError` naming every key that is wrong."""
    given = path or (Path(environment[CONFIG_VARIABLE]) if CONFIG_VARIABLE in environment else None)
    values = _from_file(given) if given else {}
    values |= _from_environment(environment)
    return parse_config(values)


def parse_config(values: Mapping[str, Any]) -> Config:
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError("; ".join(_wrong(one) for one in error.errors())) from error


def _wrong(error: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key; see docs/reference/config.md"
    if error["type"] == "missing":
        return f"{key}: is needed; see docs/reference/config.md"
    says = str(error["msg"]).removeprefix("Value error, ")
    return f"{key}: {says}" if key else says


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"There is no config file {path}.") from error
    except OSError as error:
        raise ConfigError(f"The config file {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:  # not TOML, or not even text
        raise ConfigError(f"{path} is not TOML: {error}") from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    given = {
        name.removeprefix(ENVIRONMENT_PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(ENVIRONMENT_PREFIX) and name != CONFIG_VARIABLE
    }
    if parts := sorted(given.keys() & _NOT_ONE_VALUE):
        raise ConfigError(f"HOEDE_{parts[0].upper()}: tables and lists are given in the file only.")
    return given


def read_secret(path: Path) -> str:
    """A secret from its file; `ConfigError` when it is not there, empty, or readable by others."""
    try:
        mode, secret = path.stat().st_mode, path.read_text().strip()
    except OSError as error:
        raise ConfigError(f"The secret file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not text.") from error
    if mode & 0o077:
        raise ConfigError(f"{path} can be read by others. Run chmod 600 on it.")
    if not secret:
        raise ConfigError(f"{path} is empty.")
    return secret
