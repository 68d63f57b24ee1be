"""The `hoede` command. Exit 0 only on success; errors name what is wrong and what to do."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hoede.cli import (
    accounts,
    audit,
    backup,
    bench,
    config,
    demo,
    enforcement,
    evidence,
    handover,
    keys,
    lists,
    media,
    people,
    policy,
    promises,
    report,
    run,
)
from hoede.core.errors import HoedeError
from hoede.logs import start_logs

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Hoede: the youth-safety system for any platform with teenagers on it.",
)
app.add_typer(accounts.commands, name="accounts")
app.add_typer(audit.commands, name="audit")
app.add_typer(config.commands, name="config")
app.add_typer(enforcement.commands, name="enforcement")
app.add_typer(evidence.commands, name="evidence")
app.add_typer(handover.commands, name="handover")
app.add_typer(keys.commands, name="keys")
app.add_typer(lists.commands, name="lists")
app.add_typer(people.commands, name="people")
app.add_typer(policy.commands, name="policy")
app.add_typer(report.commands, name="report")
app.command("backup")(backup.backup)
app.command("bench")(bench.bench)
app.command("demo")(demo.demo)
app.command("fingerprint")(media.fingerprint)
app.command("match")(media.match)
app.command("migrate")(run.migrate)
app.command("promises")(promises.promises)
app.command("rehearse")(backup.rehearse)
app.command("restore")(backup.restore)
app.command("serve")(run.serve)
app.command("work")(run.work)


@app.callback()
def settings(
    context: typer.Context,
    config_file: Annotated[
        Path | None, typer.Option("--config", help="TOML file; else $HOEDE_CONFIG.", show_default=False)
    ] = None,
) -> None:
    start_logs(level="warning")  # elsewhere than where answers are printed
    context.obj = config_file


def main() -> None:
    """Run the command; an expected failure is one line, not a traceback."""
    try:
        app()
    except HoedeError as error:
        typer.echo(f"hoede: {error.detail} [{error.code}]", err=True)
        sys.exit(1)
