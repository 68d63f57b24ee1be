"""Makes docs/reference/ from the code and its tables; run it by hand, a test keeps the pages equal.

.venv/bin/python docs/generate.py
"""  # noqa: INP001 - a script, not a package

import importlib
import pkgutil
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

import hoede
from hoede.access import Permission, Scope
from hoede.app.tables import read_tables
from hoede.cli import app
from hoede.config import ENVIRONMENT_PREFIX, AuthorityPart, Config, Service
from hoede.core.errors import HoedeError
from hoede.detection import detectors
from hoede.lists import Standing
from hoede.reporting import authorities
from hoede.web.problems import STATUS

FOLDER = Path(__file__).parent / "reference"
NOT_IMPORTED = ("hoede.db.migrations", "hoede.simulators.cybertipline.__main__")  # they do things on import
# Codes that no error class has: the web's own words for what Starlette tells it.
PLAIN = {"internal": "Something broke on our side.", "not-found": "There is nothing at this address."}

Row = tuple[str, ...]


def pages() -> dict[str, str]:
    """Every page of the reference by file name."""
    return {
        "authorities.md": authorities_page(),
        "commands.md": commands_page(),
        "config.md": config_page(),
        "detectors.md": detectors_page(),
        "errors.md": errors_page(),
        "formats.md": formats_page(),
        "lanes.md": lanes_page(),
        "looking.md": looking_page(),
        "measures.md": measures_page(),
        "outcomes.md": outcomes_page(),
        "retention.md": retention_page(),
        "roles.md": roles_page(),
        "rules.md": rules_page(),
    }


def lanes_page() -> str:
    lanes = read_tables().lanes.values()
    rows = (
        (
            _code(one.name),
            f"{one.due.total_seconds() / 60:.0f} min",
            "before all" if one.first else f"{one.share} %",
            one.says,
        )
        for one in lanes
    )
    table = _table(("lane", "due within", "share", "who"), rows)
    shares = (
        "The share is reserved for a lane while something waits in it; the rest goes by priority.\n"
        "Priority is severity x certainty x reach x age, and age counts by doubling every hour."
    )
    return _page("Lanes", "review/lanes.toml", table, shares)


def outcomes_page() -> str:
    rows = (
        (
            _code(one.name),
            one.says,
            ", ".join(_code(name) for name in (*one.content, *one.account)) or _stays(keeps=one.keeps),
            f"yes, as {one.account_is}" if one.report else "",
            one.classification.value,
            "yes" if one.second else "",
        )
        for one in read_tables().outcomes.values()
    )
    heads = ("outcome", "what it says", "measures", "reported", "classification", "second check")
    return _page("Outcomes", "review/outcomes.toml", _table(heads, rows))


def _stays(*, keeps: bool) -> str:
    return "all stay, and somebody else decides" if keeps else "all are undone"


def roles_page() -> str:
    roles = read_tables().roles
    rows = (
        (
            _code(one.value),
            _codes(name for name, may in roles.may.items() if one in may),
            f"{roles.fresh[one].total_seconds() / 60:.0f} min" if one in roles.fresh else "any time",
        )
        for one in Permission
    )
    return _page(
        "Roles",
        "access/roles.toml",
        "A person may hold several roles, and may what each of them may.\n"
        "A page or a command of the console names one permission; without it, nobody passes.",
        _table(("permission", "roles", "passkey used within"), rows),
    )


def retention_page() -> str:
    tables = read_tables()
    sealed = ((_code(name), str(days)) for name, days in tables.retention.days.items())
    others = ((_code(name), str(days)) for name, days in tables.kept.days.items())
    return _page(
        "Retention",
        "evidence/retention.toml and detection/retention.toml",
        "The tables themselves say why, and as of when.",
        "## Sealed copies",
        _table(("ground", "days at least"), sealed),
        "Nothing is destroyed at that date yet: the job that does it is not there.",
        "## What is no evidence",
        _table(("what", "days at most"), others),
        "It goes within the hour after.",
    )


def formats_page() -> str:
    rows = ((_code(one.name), one.treat.value, one.says) for one in read_tables().forms.values())
    return _page(
        "Forms of media",
        "media/formats.toml",
        "Told by the first bytes, never by a name or a declared type.\n"
        "`look` is decoded in a confined process, `exact` is not decoded and has its digests,"
        " `refuse` is not taken.\n"
        "`formats_file` changes rows.",
        _table(("form", "treated", "what"), rows),
    )


def config_page() -> str:
    return _page(
        "Configuration",
        "config.py",
        "One TOML file, named by `--config` or `HOEDE_CONFIG`.\n"
        f"A key of the top level that is one value can be given as `{ENVIRONMENT_PREFIX}<KEY>` too.\n"
        "The environment wins.\n"
        "An unknown key is refused by name.\nSecrets are files that only their owner can read.",
        "## Top level",
        _fields(Config),
        "## `[services.NAME]`",
        _fields(Service),
        "## `[authorities.NAME]`",
        _fields(AuthorityPart),
    )


def _fields(part: type[BaseModel]) -> str:
    rows = (
        (_code(name), _kind(field.annotation), _default(field), field.description or "")
        for name, field in part.model_fields.items()
    )
    return _table(("key", "kind", "default", "what"), rows)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    return "none" if value in (None, "", {}, (), frozenset()) else _code(str(value))


def _kind(annotation: typing.Any) -> str:
    names = {str: "text", int: "whole number", float: "number", Path: "path", types.NoneType: ""}
    if annotation in names:
        return names[annotation]
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return " or ".join(_code(f'"{one}"') for one in inner)
    if origin is typing.Annotated:
        return _kind(inner[0])
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(kind for one in inner if (kind := _kind(one)))
    if origin in {tuple, frozenset}:
        return f"list of {_kind(inner[0])}s"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "table"
    raise TypeError(f"say how to name {annotation}")


def errors_page() -> str:
    known = {code: says for code, says, _ in _errors()}
    problems = (
        (_code(code), str(status), known.get(code) or PLAIN[code]) for code, status in sorted(STATUS.items())
    )
    errors = ((_code(code), says, _code(where)) for code, says, where in sorted(_errors()))
    return _page(
        "Errors",
        "web/problems.py and every `HoedeError`",
        "Codes are stable; the words beside them are not.",
        "## What the HTTP interface answers",
        "As `application/problem+json` (RFC 9457): `type`, `title`, `status`, `code`, `detail`,"
        " and for `input-invalid` also `fields`.\n"
        "`type` is a name, not an address that answers.\n"
        "A refusal of the framework itself, such as a wrong method, has the code `http-<status>`.",
        _table(("code", "status", "message"), problems),
        "## Every code",
        "The command line prints it in brackets behind the message, and exits 1.\n"
        "`HoedeRefused` of `hoede.client` carries the code of Hoede's answer.",
        _table(("code", "message", "where"), errors),
    )


def _errors() -> list[tuple[str, str, str]]:
    """Code, message and class of every expected failure of the package."""
    for module in pkgutil.walk_packages(hoede.__path__, "hoede."):
        if not module.name.startswith(NOT_IMPORTED):
            importlib.import_module(module.name)
    kinds = {kind for kind in _below(HoedeError) if kind.__module__.startswith("hoede.")}
    return [(kind.code, _one_line(kind.__doc__), f"{kind.__module__}.{kind.__name__}") for kind in kinds]


def _below(kind: type[HoedeError]) -> Iterator[type[HoedeError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def commands_page() -> str:
    root = typing.cast("typing.Any", typer.main.get_command(app))
    parts = [part for words, command in _commands(root, "hoede") for part in _command(words, command)]
    return _page(
        "Commands",
        "cli/",
        "`hoede --config FILE` names the TOML file; else `HOEDE_CONFIG` does.\nExit 0 only on success.",
        *parts,
    )


def _commands(group: typing.Any, words: str) -> Iterator[tuple[str, typing.Any]]:
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _commands(command, f"{words} {name}")
        else:
            yield f"{words} {name}", command


def _command(words: str, command: typing.Any) -> Iterator[str]:
    yield f"## {words}"
    yield _one_line(command.help)
    rows = [(_code(" ".join(_said(one))), _option_default(one), one.help or "") for one in command.params]
    if rows:
        yield _table(("word", "default", "what"), rows)


def _said(parameter: typing.Any) -> list[str]:
    is_option = parameter.opts[0].startswith("-")
    return list(parameter.opts) if is_option else [parameter.name.upper()]


def _option_default(parameter: typing.Any) -> str:
    if parameter.required:
        return "needed"
    return (
        "none"
        if parameter.default in (None, False)
        else _code(str(getattr(parameter.default, "value", parameter.default)))
    )


def measures_page() -> str:
    rows = (
        (
            _code(one.name),
            one.says,
            one.by.value,
            one.target.value,
            _code(one.inverse) if one.inverse else "none",
            "yes" if one.irreversible else "no",
            _codes(one.after) or "none",
        )
        for one in read_tables().book.measures.values()
    )
    return _page(
        "Measures",
        "enforcement/measures.toml",
        "In the order of carrying out.\n"
        "What the platform carries out comes as a signed webhook `order.<measure>`; its receipt ends it.",
        _table(("measure", "what", "carried out by", "on", "undone by", "irreversible", "waits for"), rows),
    )


def rules_page() -> str:
    book = read_tables().book
    rows = (
        (
            _code(one.name),
            _code(one.category),
            one.at_least.name.lower(),
            (one.when.value if one.when else "always") + (", in shadow" if one.shadow else ""),
            _codes(name for name in book.measures if name in one.measures),
        )
        for one in book.rules
    )
    return _page(
        "Rules",
        "enforcement/rulebook.toml",
        f"Version `{book.version}`.\n"
        "All rules that fit add their measures together.\n"
        "[The ways](../why/the-house.md#acting-alone) say when a finding is on which.\n"
        "A rule in shadow only counts: `hoede enforcement shadow` shows what it would have done.",
        _table(("rule", "category", "at least", "when", "measures"), rows),
    )


def looking_page() -> str:
    rows = (
        (
            ", ".join(sorted(one.countries)).replace("*", "everywhere"),
            ", ".join(sorted(channel.value for channel in one.channels)),
            "yes" if one.allowed else "no",
            one.since.isoformat(),
            one.until.isoformat() if one.until else "none",
            one.basis,
        )
        for one in read_tables().laws
    )
    return _page(
        "Where we may look",
        "policy/may_look.toml",
        "The last row that names a country and counts on the day of the event decides.\n"
        "Every country concerned must allow it; an unknown country gets the strictest answer of any row.\n"
        "`may_look_file` adds rows of your own.",
        _table(("where", "channels", "allowed", "since", "until", "basis"), rows),
    )


def detectors_page() -> str:
    rows = (
        (_code(module.DETECTOR.name), _one_line(module.__doc__), _codes(sorted(module.DETECTOR.kinds)))
        for module in _modules(detectors)
    )
    standings = ", ".join(_code(one.value) for one in Standing)
    return _page(
        "Detectors",
        "detection/detectors/",
        _table(("detector", "what", "kinds of event"), rows),
        "Others come by the entry point `hoede.detectors`: [write one](../howto/write-a-detector.md).",
        f"A list's standing is one of {standings}.",
    )


def authorities_page() -> str:
    rows = ((_code(module.AUTHORITY.name), _one_line(module.__doc__)) for module in _modules(authorities))
    scopes = ", ".join(_code(one.value) for one in Scope)
    return _page(
        "Authorities",
        "reporting/authorities/",
        _table(("authority", "what"), rows),
        "Others come by the entry point `hoede.authorities`.\n"
        "Which of them reports go to stands in `[authorities.NAME]` of the [configuration](config.md).",
        f"Scopes of an API key, for the platforms' side of it: {scopes}.",
    )


def _modules(package: types.ModuleType) -> Iterator[typing.Any]:
    for module in pkgutil.iter_modules(package.__path__):
        yield importlib.import_module(f"{package.__name__}.{module.name}")


def _page(title: str, source: str, *parts: str) -> str:
    made = f"Made by `docs/generate.py` from {source}; do not edit."
    return "\n\n".join((f"# {title}", made, *parts)) + "\n"


def _table(heads: Row, rows: Iterable[Row]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _code(text: str) -> str:
    return f"`{text}`"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(_code(name) for name in names)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
