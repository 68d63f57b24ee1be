"""`hoede lists ...`: what comes in, what is in force, what is taken back."""

import hashlib
import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from hoede.app import Hoede, build, new_id
from hoede.cli.common import configured, database, name, reason, say
from hoede.core.errors import HoedeError
from hoede.core.findings import Category
from hoede.detection.fingerprints import newest
from hoede.lists import Bank, ListFacts, ListFileError, Standing, archives, banks, jobs, read_lines, rescans
from hoede.lists import quarantine as quarantines
from hoede.lists import store as lists
from hoede.lists.rescans import RescanRow

commands = typer.Typer(no_args_is_help=True, help="Lists of fingerprints.")
POLL_S = 0.5
FORMS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".txt": "text"}


class BankWrong(HoedeError):
    """A bank cannot match like this."""

    code = "bank-invalid"


class RehearsalRefused(HoedeError):
    """Rehearsal entries load in a demo or a rehearsal only."""

    code = "rehearsal-refused"


@commands.command("import")
def import_(
    context: typer.Context,
    list_name: Annotated[
        str, typer.Argument(metavar="NAME", callback=name, help="The list's name; made when it is new.")
    ],
    file: Annotated[Path, typer.Argument(help="CSV with a header, JSON lines, or one fingerprint a line.")],
    source: Annotated[str, typer.Option(callback=reason, help="Who gave it, in words.")],
    standing: Annotated[Standing, typer.Option(help="Who stands behind its entries.")],
    category: Annotated[Category, typer.Option(help="What its entries are.")] = Category.CSEA,
    bank: Annotated[str, typer.Option(callback=name, help="Lists matched together.")] = "default",
    form: Annotated[
        str | None, typer.Option(help="csv, jsonl, text or pdq; else by the file's name.")
    ] = None,
    rehearsal: Annotated[bool, typer.Option("--rehearsal", help="Test entries.")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Import a file whole or not at all; bad lines are named by number."""
    if rehearsal and configured(context).production:
        raise RehearsalRefused
    facts = ListFacts(
        name=list_name, source=source, standing=standing, category=category, rehearsal=rehearsal, bank=bank
    )
    content = _read(file)
    lines = read_lines(_decoded(content), form or FORMS.get(file.suffix.lower(), "text"))
    db, _ = database(context)
    with typer.progressbar(length=jobs.rows(lines), label="importing", hidden=as_json) as bar:
        done = jobs.import_lines(
            db,
            facts,
            lines,
            import_id=new_id("imp"),
            file_sha256=hashlib.sha256(content).hexdigest(),
            progress=bar.update,
        )
    db.close()
    words = (
        f"{done.entries} entries, {done.new} new, {done.withdrawn} stay withdrawn,"
        f" {done.quarantined} go into quarantine (import {done.id})."
    )
    values = {
        "import": done.id,
        "entries": done.entries,
        "new": done.new,
        "withdrawn": done.withdrawn,
        "quarantined": done.quarantined,
    }
    say(words, values, as_json=as_json)


@commands.command()
def show(context: typer.Context, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Show every list: what it is worth, and how many entries are in force."""
    acts_alone = configured(context).acts_alone
    db, _ = database(context)
    rows = db.read(lists.overview)
    db.close()
    values = [
        {
            "list": row.facts.name,
            "source": row.facts.source,
            "standing": row.facts.standing,
            "category": row.facts.category,
            "bank": row.facts.bank,
            "rehearsal": row.facts.rehearsal,
            "in_force": row.in_force,
            "withdrawn": row.withdrawn,
            "quarantined": row.quarantined,
            "acts_alone": acts_alone.get(row.facts.name),
        }
        for row in rows
    ]
    words = [
        f"{row['list']}: {row['in_force']} in force, {row['withdrawn']} withdrawn,"
        f" {row['quarantined']} in quarantine; {row['standing']}, {row['category']}, bank {row['bank']}"
        f"{', rehearsal' if row['rehearsal'] else ''};"
        f" {'acts alone' if row['acts_alone'] else 'a person decides'}"
        for row in values
    ]
    say("\n".join(words) or "No list yet.", values, as_json=as_json)


@commands.command()
def withdraw(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="An entry (ent_...) or a whole list by name.")],
    why: Annotated[str, typer.Option(callback=reason, help="The reason, kept with the entries.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Take an entry or a list out of force, at once and in every process."""
    db, _ = database(context)
    gone = jobs.withdraw(db, what, why)
    db.close()
    say(f"{gone} entries are withdrawn.", {"withdrawn": gone}, as_json=as_json)


@commands.command()
def rollback(
    context: typer.Context,
    import_id: Annotated[str, typer.Argument(help="The import (imp_...), as `lists import` printed it.")],
    why: Annotated[str, typer.Option(callback=reason, help="The reason, kept with the import.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Take back every entry that an import brought first, at once and in every process."""
    db, _ = database(context)
    gone = jobs.roll_back(db, import_id, why)
    db.close()
    say(f"{gone} entries are taken back.", {"withdrawn": gone}, as_json=as_json)


@commands.command()
def quarantine(
    context: typer.Context,
    entry: Annotated[str | None, typer.Argument(help="An entry to put there; without, show all.")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show what is in quarantine and why, or put an entry there: it is a hint until it is released."""
    db, _ = database(context)
    if entry is not None:
        new = jobs.hold_back(db, entry)
        say("In quarantine." if new else "It was there already.", {"new": new}, as_json=as_json)
    else:
        rows = db.read(quarantines.all_quarantined)
        values = [{"entry": r.entry, "list": r.list_name, "why": r.why, "at": r.at.isoformat()} for r in rows]
        words = [f"{one['entry']}: {one['list']}, {one['why']}, since {one['at']}" for one in values]
        say("\n".join(words) or "Nothing is in quarantine.", values, as_json=as_json)
    db.close()


@commands.command()
def release(
    context: typer.Context,
    entry: Annotated[str, typer.Argument(help="The entry (ent_...).")],
    why: Annotated[str, typer.Option(callback=reason, help="Who looked at it, and what they saw.")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Let an entry out of quarantine; orders that wait because of it stay with those who judge."""
    db, _ = database(context)
    done = jobs.release(db, entry, why)
    db.close()
    say("Released." if done else "It was not in quarantine.", {"released": done}, as_json=as_json)


@commands.command()
def bank(
    context: typer.Context,
    bank_name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", callback=name, help="A bank to make or change; without, show all."),
    ] = None,
    threshold: Annotated[int | None, typer.Option(help="Bits of 256 that may differ.")] = None,
    quality: Annotated[int | None, typer.Option(help="Poorer pictures are not looked up.")] = None,
    most: Annotated[int | None, typer.Option(help="Entries named for one picture.")] = None,
    negative: Annotated[
        bool | None, typer.Option("--negative/--positive", help="Its entries are known to be harmless.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show how banks match pictures, or make and change one."""
    db, _ = database(context)
    if bank_name is not None:
        before = db.read(lambda conn: banks.find_bank(conn, bank_name)) or Bank(name=bank_name)
        given = {"threshold": threshold, "quality_floor": quality, "most_results": most, "negative": negative}
        changed = _bank(before, {key: value for key, value in given.items() if value is not None})
        db.commit(lambda tx: banks.set_bank(tx, changed))
    values = [asdict(one) for one in db.read(banks.all_banks)]
    db.close()
    words = [
        f"{one['name']}: {one['threshold']} bits, quality from {one['quality_floor']}, at most"
        f" {one['most_results']} entries{', negative' if one['negative'] else ''}"
        for one in values
    ]
    say("\n".join(words) or "No bank yet.", values, as_json=as_json)


@commands.command()
def rescan(
    context: typer.Context,
    import_id: Annotated[str, typer.Argument(help="The import (imp_...).")],
    anew: Annotated[bool, typer.Option("--anew", help="Begin again from the first fingerprint.")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Hold what was let through before against an import, to the end; `serve` does it by itself, too."""
    hoede = build(configured(context))
    try:
        done = _rescanned(hoede, import_id, anew=anew, hidden=as_json)
    finally:
        hoede.close()
    words = f"{done.looked} fingerprints looked at, {done.found} uploads found."
    say(words, {"looked": done.looked, "found": done.found}, as_json=as_json)


@commands.command()
def scan(
    context: typer.Context,
    list_name: Annotated[str, typer.Argument(metavar="NAME", callback=name, help="The list.")],
    archive: Annotated[
        Path, typer.Argument(help="Your archive: PDQ fingerprints, 32 bytes each, behind one another.")
    ],
    threads: Annotated[int, typer.Option(min=1, max=64, help="Cores to use.")] = 1,
) -> None:
    """Hold an archive of your own against a list: a JSON line for each row that is near to an entry."""
    db, _ = database(context)
    for met in archives.scan(db, list_name, archive, threads=threads):
        typer.echo(json.dumps(asdict(met)))
    db.close()


def _rescanned(hoede: Hoede, import_id: str, *, anew: bool, hidden: bool) -> RescanRow:
    """Step after step with a bar; raises `ListUnknown` when there is no such import."""
    if not hoede.db.read(lambda conn: lists.is_import(conn, import_id)):
        raise jobs.ListUnknown(f"There is no import {import_id} that came into force.")
    if anew:
        hoede.db.commit(lambda tx: rescans.again(tx, import_id))
    with typer.progressbar(length=hoede.db.read(newest), label="rescanning", hidden=hidden) as bar:
        while True:
            row = hoede.db.read(lambda conn: rescans.known(conn, import_id))
            if row.done_at is not None:
                return row
            if not hoede.rescan.step(row):
                time.sleep(POLL_S)  # a worker is at it
            bar.update(max(0, row.after - bar.pos))


def _bank(before: Bank, changed: dict[str, Any]) -> Bank:
    try:
        return replace(before, **changed)
    except ValueError as error:
        raise BankWrong(f"{error}.") from error


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ListFileError(f"{file} cannot be read: {error.strerror}.") from error


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ListFileError(f"line {line}: not UTF-8. Nothing was imported.") from error
