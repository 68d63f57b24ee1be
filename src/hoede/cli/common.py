"""What several commands share: the configuration, and printing for people or machines."""

import json
from typing import Any

import typer

from hoede.app import open_database
from hoede.config import Config, read_config
from hoede.db import Database
from hoede.keys import FileKeys

LONGEST_NAME, LONGEST_REASON = 64, 1000  # characters


def configured(context: typer.Context) -> Config:
    """The configuration the command was given."""
    return read_config(context.find_root().obj)


def database(context: typer.Context) -> tuple[Database, FileKeys]:
    return open_database(configured(context))


def name(told: str | None) -> str | None:
    """A word that names a list or a bank; checked where it is typed, for no table holds others."""
    if told is not None and not (1 <= len(told) <= LONGEST_NAME and told.isprintable()):
        raise typer.BadParameter(f"1 to {LONGEST_NAME} printable characters")
    return told


def reason(told: str) -> str:
    """Words that are kept and shown: a source, a reason."""
    if not (1 <= len(told) <= LONGEST_REASON and told.isprintable()):
        raise typer.BadParameter(f"1 to {LONGEST_REASON} printable characters in one line")
    return told


def say(words: str, values: Any, *, as_json: bool) -> None:
    """Print for people, or as one JSON document for machines."""
    typer.echo(json.dumps(values, ensure_ascii=False) if as_json else words)
