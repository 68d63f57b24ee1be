"""`hoede config check`: the settings, and everything about them that is not as safe as it could be."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from hoede.app import open_database
from hoede.app.build import reader_of, refuse_bare, refuse_unsafe
from hoede.app.outside import build_authorities, endpoints_of
from hoede.app.safety import about_database, about_folders
from hoede.app.tables import Tables, read_tables
from hoede.cli.common import configured, say
from hoede.config import Config
from hoede.lists import store as lists
from hoede.media import Level, Rule, Sandbox, system_roots
from hoede.review.helplines import shipped, unchecked

commands = typer.Typer(no_args_is_help=True, help="Settings.")


@commands.callback()
def about() -> None:
    """Settings."""


@commands.command()
def check(context: typer.Context, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Check that Hoede can start with these settings; warn of what is unsafe. Exit 1 when it cannot."""
    config = configured(context)
    tables = read_tables(config.may_look_file, config.formats_file, config.wellness_file)
    build_authorities(config)
    endpoints_of(config)
    db, _ = open_database(config)
    refuse_unsafe(config, db)
    known = {one.facts.name for one in db.read(lists.overview)}
    sandbox = _sandbox(config, tables)
    warnings = [*_warnings(config, known), *_sandbox_warnings(sandbox)]
    warnings += [*about_folders(config), *about_database(db)]
    db.close()
    words = [
        f"deployment {config.deployment}, rulebook {tables.book.version}: can start",
        f"media is decoded in: {sandbox.level}; video: {'yes' if sandbox.video else 'exact digests only'}",
    ]
    words += [f"warning: {warning}" for warning in warnings]
    values = {"ok": True, "sandbox": sandbox.level, "video": sandbox.video, "warnings": warnings}
    say("\n".join(words), values, as_json=as_json)


def _sandbox(config: Config, tables: Tables) -> Sandbox:
    """What keeps decoders in here; raises `Unsafe` where production may not start, `SandboxBroken`."""
    reader = reader_of(config, tables)
    try:
        refuse_bare(config, reader)
        return reader.sandbox()
    finally:
        reader.close()


def _sandbox_warnings(sandbox: Sandbox) -> list[str]:
    if sandbox.level is Level.BUBBLEWRAP:
        return []
    return [
        (
            f"media of strangers is decoded with {sandbox.level} only: install bubblewrap"
            " (Debian, Ubuntu: apt install bubblewrap) and allow user namespaces"
        )
    ]


def _warnings(config: Config, known: set[str]) -> list[str]:
    found = []
    if count := unchecked(shipped(), datetime.now(UTC).date()):
        found.append(
            f"{count} helplines were not checked by a person in 90 days; only emergency numbers and the"
            " lines for everyone are shown until they are (review/helplines.toml)"
        )
    if not config.public_url.startswith("https://"):
        found.append("public_url is not https: links in letters can be read on the way")
    found += [
        f"services.{name}.webhook_url is not https: orders can be read on the way"
        for name, one in config.services.items()
        if not one.webhook_url.startswith("https://")
    ]
    found += [
        f"authorities.{name}: reports go to {one.url} ({one.environment}), not to a production authority"
        for name, one in config.authorities.items()
        if one.environment != "production"
    ]
    found += [
        f"services.{name}.media_hosts: {_what_is_odd(rule)}"
        for name, one in config.services.items()
        for rule in one.media_rules
        if rule.scheme != "https"
    ]
    if any(one.media_hosts for one in config.services.values()) and not system_roots():
        found.append("this machine trusts no certificates, so that no media can be fetched over https")
    found += [
        f"acts_alone.{name}: there is no such list yet" for name in config.acts_alone if name not in known
    ]
    return found


def _what_is_odd(rule: Rule) -> str:
    if rule.loopback:
        return f"media is fetched from this machine itself ({rule.host}), which production refuses"
    return f"{rule.host} is not https: media can be read and changed on the way"
