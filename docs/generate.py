"""Makes docs/reference/ from the code and its tables; run it by hand, a test keeps the pages equal.

.venv/bin/python docs/generate.py
"""  # noqa: INP001 - a script, not a package

import importlib
import json
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
from hoede.accounts import adapters
from hoede.accounts.port import AgeClaim
from hoede.app.tables import read_tables
from hoede.bench.plot import plot
from hoede.cli import app
from hoede.config import ENVIRONMENT_PREFIX, AuthorityPart, Config, HandOverPart, Service
from hoede.core.errors import HoedeError
from hoede.detection import detectors
from hoede.flow.erase import shipped_columns
from hoede.lists import Standing
from hoede.policy import (
    NEVER_CLOSED,
    Basis,
    Choosing,
    Consent,
    Contact,
    Duty,
    Limit,
    Pack,
    Start,
    Status,
    Step,
    UnderMinimum,
    shipped_ids,
    shipped_pack,
    shipped_vocabulary,
)
from hoede.policy.guidelines import shipped_guidelines
from hoede.policy.rules.wording import say_bands, say_step
from hoede.reporting import authorities
from hoede.reporting.routing import When, shipped_offices
from hoede.review import Outcome
from hoede.web.problems import STATUS
from hoede.words import catalogue

FOLDER = Path(__file__).parent / "reference"
NOT_IMPORTED = ("hoede.db.migrations", "hoede.simulators.cybertipline.__main__")  # they do things on import
# Codes that no error class has: the web's own words for what Starlette tells it.
PLAIN = {"internal": "Something broke on our side.", "not-found": "There is nothing at this address."}

Row = tuple[str, ...]

KERNELS = {"fingerprint": "Fingerprints of pictures", "lookup": "Search"}

EN, SETTINGS = catalogue("en"), shipped_vocabulary()
SHIPPED = [shipped_pack(name) for name in shipped_ids()]
LIMIT = ("what", "asks", "setting", "who", "at most", "a guardian may open it to", "source")
START = ("what", "asks", "setting", "who", "starts as", "who can open it", "source")
CONTACT = ("from", "to", "at most", "source")
DUTY = ("duty", "as written", "for", "source")
CONSENT = ("where", "from age", "source")
BASES = {
    Basis.LAW: "law",
    Basis.GUIDANCE: "guidance, not a law",
    Basis.HOUSE: "a rule of the house, not a law",
}
STATUSES = {
    Status.IN_FORCE: "in force",
    Status.ENJOINED: "stopped by a court: it does not act",
    Status.PROPOSED: "proposed: it does not act",
}
UNDER = {UnderMinimum.REFUSE: "it is refused", UnderMinimum.CHILD_MODE: "a mode for children"}
CHOOSERS = {
    Choosing.SELF: "oneself",
    Choosing.PROMPT: "oneself, after a prompt that says what it means",
    Choosing.GUARDIAN: "a guardian, when the teen asks",
}
DUTIES_IN_WORDS = {
    "guardian_linked": "The account is linked to a guardian",
    "guardian_consent": "A guardian gave consent that was checked",
    "guardian_tools": "A guardian has tools: account and privacy, purchases, total time, safeguards",
    "third_party_consent": "A separate consent before anything goes to third parties",
    "adult_contacts_shown": "A guardian can see which adults the child talks with",
    "child_told": "The child is told, and sees a sign, when a guardian uses a tool",
    "age_assured": "Age is checked; saying it oneself is not enough",
}


def pages() -> dict[str, str]:
    """Every page of the reference by file name."""
    return {
        "age-evidence.md": age_evidence_page(),
        "authorities.md": authorities_page(),
        "columns.md": columns_page(),
        "commands.md": commands_page(),
        "config.md": config_page(),
        "detectors.md": detectors_page(),
        "errors.md": errors_page(),
        "formats.md": formats_page(),
        "guidelines.md": guidelines_page(),
        "kernels.md": kernels_page(),
        **{f"{name}.svg": kernels_figure(name) for name in KERNELS},
        "lanes.md": lanes_page(),
        "looking.md": looking_page(),
        "measures.md": measures_page(),
        "offices.md": offices_page(),
        "outcomes.md": outcomes_page(),
        "packs.md": packs_page(),
        **{f"packs/{one.id}.md": pack_page(one) for one in SHIPPED},
        "retention.md": retention_page(),
        "roles.md": roles_page(),
        "rules.md": rules_page(),
        "settings.md": settings_page(),
        "usage.md": usage_page(),
    }


def kernels_page() -> str:
    parts = ["What the kernels are for and how they work: [exact search](../why/exact-search.md)."]
    for name, title in KERNELS.items():
        document = _measured(name)
        rows = [
            (
                _code(row["name"]),
                f"{row['ours']:g} {row['unit']}",
                f"{row['peer_name']}: {row['peer']:g}" if row["peer"] else row["peer_name"] or "",
                f"{row['ratio']:g}x" if row["ratio"] else "",
                row["target"],
                row["spread"],
            )
            for row in document["rows"]
        ]
        parts += [
            f"## {title}",
            f"![{title}]({name}.svg)",
            f"Measured by `hoede bench {name}` at commit {_code(document['commit'])}: {document['machine']}.",
            _table(("row", "ours", "peer", "ratio", "target", "spread"), rows),
        ]
    return _page("Kernels", "`docs/results/`", *parts)


def kernels_figure(name: str) -> str:
    return plot(f"{KERNELS[name]}: times quicker than the peer", _measured(name)["rows"])


def _measured(name: str) -> typing.Any:
    return json.loads((FOLDER.parent / "results" / f"{name}.json").read_text(encoding="utf-8"))


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
    told = (
        (_code(name), _code(one.lane), str(one.severity), one.says)
        for name, one in read_tables().reasons.items()
    )
    return _page(
        "Lanes",
        "review/lanes.toml and review/reasons.toml",
        table,
        shares,
        "## What people report",
        "`child_safety` becomes `minors` when the account reported is under 18 or of unknown age.\n"
        "What a trusted flagger or a hotline reports goes to `flagger`, whatever it is.",
        _table(("reason", "lane", "severity", "what"), told),
    )


def outcomes_page() -> str:
    rows = (
        (
            _code(one.name),
            one.says,
            ", ".join(_code(name) for name in (*one.content, *one.account)) or _stays(one),
            f"yes, as {one.account_is}" if one.report else "",
            one.classification.value,
            "yes" if one.second else "",
        )
        for one in read_tables().outcomes.values()
    )
    heads = ("outcome", "what it says", "measures", "reported", "classification", "second check")
    bases = (
        (_code(one.name), one.says, _code(one.assurance.name.lower()))
        for one in read_tables().age_bases.values()
    )
    return _page(
        "Outcomes",
        "review/outcomes.toml and review/age_bases.toml",
        _table(heads, rows),
        "## On what an age may be believed",
        "It becomes evidence of that assurance, and must outweigh what makes the account younger.\n"
        "It opens what an adult may, and never lets anything act without a person.",
        _table(("basis", "what it says", "worth"), bases),
    )


def _stays(outcome: Outcome) -> str:
    if outcome.age is not None:
        return f"of an age only: {outcome.age}"
    return "all stay, and somebody else decides" if outcome.keeps else "all are undone"


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
    laws = (
        (
            _code(name),
            ", ".join(sorted(one.where)) + (", private channels" if one.private else ""),
            f"at least {one.at_least.days}"
            if one.at_least
            else f"at most {one.at_most.days}"
            if one.at_most
            else "",
            str(one.from_),
            str(one.until or ""),
        )
        for name, terms in tables.retention.terms.items()
        for one in terms
    )
    others = ((_code(name), str(days)) for name, days in tables.kept.days.items())
    return _page(
        "Retention",
        "evidence/retention.toml, and retention.toml of detection, usage and review",
        "The tables themselves say why, and as of when.",
        "## Sealed copies",
        _table(("ground", "days"), sealed),
        "A law of where the operator is or the account lives can make it longer, or shorter:",
        _table(("ground", "where", "days", "from", "until"), laws),
        "What was reported is kept at least `reported` days from when its report was finished.",
        "It goes within the hour after: not while somebody judges it or may object, a report of it or what\n"
        "adds to one is not finished, or a legal hold is on it, its case, or a case that follows that one.",
        "## What is no evidence",
        _table(("what", "days at most"), others),
        "It goes within the hour after.",
    )


def columns_page() -> str:
    rules = shipped_columns().values()
    parts: list[str] = []
    for about in dict.fromkeys(rule.about for rule in rules):
        rows = (
            (_code(rule.name), _codes(group.names), rule.whose.value, group.why, group.until)
            for rule in rules
            if rule.about == about
            for group in rule.groups
        )
        parts += [f"## {about}", _table(("table", "columns", "whose", "why", "how long"), rows)]
    return _page(
        "Columns",
        "flow/erase/columns.toml",
        "Every column of the database.\nErasing an account, and `hoede accounts export`, follow this table.",
        *parts,
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
        "## `[hand_overs.NAME]`",
        _fields(HandOverPart),
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
            _codes(one.closes) or "none",
        )
        for one in read_tables().book.measures.values()
    )
    return _page(
        "Measures",
        "enforcement/measures.toml",
        "In the order of carrying out.\n"
        "What the platform carries out comes as a signed webhook `order.<measure>`; its receipt ends it.\n"
        "What a measure closes gets no permit while it is in force; `*` is everything that can be closed.",
        _table(
            ("measure", "what", "carried out by", "on", "undone by", "irreversible", "waits for", "closes"),
            rows,
        ),
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


def packs_page() -> str:
    rows = (
        (
            f"[{_code(pack.id)}](packs/{pack.id}.md)",
            pack.title["en"],
            pack.legal_basis.value,
            pack.status.value,
            ", ".join(sorted(pack.where)).replace("*", "everywhere"),
            pack.as_of.isoformat(),
        )
        for pack in SHIPPED
    )
    return _page(
        "Packs",
        "policy/packs/",
        "What an account may, by band of age: limits, starts, who reaches whom, and duties.\n"
        "Packs are joined, and the strictest counts; one that is enjoined or proposed does not act.\n"
        "`hoede policy explain` answers questions about them: [ten of them](packs/ten-questions.md).",
        _table(("pack", "title", "basis", "status", "where", "as of"), rows),
    )


def pack_page(pack: Pack) -> str:
    until = pack.effective_to.isoformat() if pack.effective_to else "no end"
    facts = (
        ("version", _code(pack.version)),
        ("basis", BASES[pack.legal_basis] + (f" ({pack.law})" if pack.law else "")),
        ("status", STATUSES[pack.status]),
        ("counts", f"from {pack.effective_from} to {until}; as known on {pack.as_of}"),
        ("where", ", ".join(sorted(pack.where)).replace("*", "everywhere")),
        ("checked", pack.verified_by or "by nobody yet: its facts were not held against the text"),
        ("age for an account", _minimum(pack)),
        ("unknown age", "counts as " + EN.say(f"word.band.{pack.unknown_as}")),
        ("sources", ", ".join(_linked(one) for one in pack.sources)),
    )
    return _page(
        pack.title["en"],
        f"policy/packs/{pack.id}.toml",
        _table(("", ""), facts),
        *_part("Why", [f"- {line}" for line in pack.why.get("en", ())]),
        *_rows_of("Limits", "The most open step that a band can have, whoever asks.", LIMIT, _limits(pack)),
        *_rows_of("Starts", "What counts until somebody chooses.", START, _starts(pack)),
        *_rows_of("Who reaches whom", "At most, by the bands of both sides.", CONTACT, _contacts(pack)),
        *_rows_of("Duties", "What the platform or a guardian must do beside it.", DUTY, _duties(pack)),
        *_rows_of("Age of digital consent", "Apart from the age for an account.", CONSENT, _consents(pack)),
        *_part("What it does not say", [f"- {line}" for line in pack.silent.get("en", ())]),
    )


def _minimum(pack: Pack) -> str:
    if pack.min_account_age is None:
        return "none: it says nothing about it"
    return f"{pack.min_account_age}; below that {UNDER[pack.under_minimum]}"


def _part(title: str, lines: list[str]) -> tuple[str, ...]:
    return (f"## {title}", "\n".join(lines)) if lines else ()


def _rows_of(title: str, says: str, heads: Row, rows: list[Row]) -> tuple[str, ...]:
    return (f"## {title}", *((says, _table(heads, rows)) if rows else ("None.",)))


def _limits(pack: Pack) -> list[Row]:
    return [(*_about(one), _step(one.setting, one.step), _opens(one), _source(one)) for one in pack.limits]


def _starts(pack: Pack) -> list[Row]:
    return [
        (*_about(one), _step(one.setting, one.step), CHOOSERS[one.choice], _source(one))
        for one in pack.starts
    ]


def _contacts(pack: Pack) -> list[Row]:
    return [
        (
            say_bands(EN, one.senders),
            say_bands(EN, one.receivers),
            EN.say(f"step.{one.at_most}"),
            _source(one),
        )
        for one in pack.contacts
    ]


def _duties(pack: Pack) -> list[Row]:
    return [
        (DUTIES_IN_WORDS[one.duty], _code(one.duty), say_bands(EN, one.bands), _source(one))
        for one in pack.duties
    ]


def _consents(pack: Pack) -> list[Row]:
    return [(", ".join(sorted(one.where)), str(one.age), _source(one)) for one in pack.consents]


def _about(row: Limit | Start) -> Row:
    setting = SETTINGS[row.setting]
    return setting.say("name", "en"), setting.say("asks", "en"), _code(setting.name), say_bands(EN, row.bands)


def _step(setting: str, step: Step) -> str:
    return say_step(EN, SETTINGS[setting], step)


def _opens(row: Limit) -> str:
    return "no further" if row.open_to is None else _step(row.setting, row.open_to)


def _source(row: Limit | Start | Contact | Duty | Consent) -> str:
    return _linked(row.source) + (", **unverified**" if row.unverified else "")


def _linked(source: str) -> str:
    page, _, anchor = source.removeprefix("docs/").partition("#")
    return f"[{anchor}](../../{page}#{anchor})"


def settings_page() -> str:
    rows = (
        (
            _code(one.name),
            one.say("name", "en"),
            one.say("asks", "en"),
            " < ".join(_code(rung) for rung in one.ladder) if one.ladder else type(one.kind).__name__.lower(),
            _code(one.attempt) if one.attempt and one.attempt != "*" else "",
        )
        for one in SETTINGS.settings.values()
    )
    return _page(
        "Settings",
        "policy/settings.toml",
        "What [packs](packs.md), guardians and people themselves can set, from strict to open.\n"
        f"Always open, whatever anybody sets: {_codes(sorted(NEVER_CLOSED))}.",
        _table(("setting", "called", "asks", "steps", "attempt"), rows),
    )


def usage_page() -> str:
    kinds = read_tables().kinds
    rows = ((_code(name), "yes" if one.counts else "no", one.says) for name, one in kinds.items())
    return _page(
        "Kinds of time",
        "usage/kinds.toml",
        "What a heartbeat may say that time went to. It says whether the time counts, and is not kept.",
        _table(("kind", "counts", "what"), rows),
    )


def guidelines_page() -> str:
    parts = [
        part
        for one in shipped_guidelines()
        for part in (
            f"## {one.key}",
            f"{one.title['en']}. " + " ".join(one.does["en"]),
            f"Why: {one.why['en']}",
            f"Reasons that point here: {_codes(one.codes)}.",
        )
    ]
    return _page(
        "Community guidelines", "policy/guidelines.toml", "In English and Dutch on the page.", *parts
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


def age_evidence_page() -> str:
    parts = [
        part
        for module in _modules(adapters)
        for part in (
            f"## {module.ADAPTER.name}",
            _one_line(module.__doc__),
            _table(("claim", "at least", "at most", "worth"), _examples(module.ADAPTER)),
        )
    ]
    return _page(
        "Evidence of an age",
        "accounts/adapters/",
        "`age_claims` of an account carries raw claims: `adapter` names one of these, `claim` is for it.\n"
        "What is not its own, contradicts itself or was said in the future is refused by name.\n"
        "`declared` can only be outweighed; `verified` counts for most, and no adapter makes it of less.",
        *parts,
        "Others come by the entry point `hoede.age_adapters`: [write one](../howto/write-an-age-adapter.md).",
    )


def _examples(adapter: type[AgeClaim]) -> Iterator[Row]:
    for one in adapter.examples:
        bounds = ("" if years is None else str(years) for years in (one.lower, one.upper))
        yield (
            _code(json.dumps(dict(one.claim), ensure_ascii=False)),
            *bounds,
            _code(one.assurance.name.lower()),
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


def offices_page() -> str:
    offices = shipped_offices().values()
    rows = (
        (
            _code(office.name),
            one.duty.value,
            _places_in_words(one.when),
            one.basis,
            f"from {one.from_}" + (f" until {one.until}" if one.until else ""),
            _codes(one.unless),
            f"[{one.source.partition('#')[2]}](../sources.md#{one.source.partition('#')[2]})",
        )
        for office in offices
        for one in office.routes
    )
    heads = ("office", "duty", "cases", "ground", "when", "a report there counts", "source")
    ways = ((_code(one.name), one.title, one.kind.value, one.how) for one in offices)
    return _page(
        "Offices",
        "reporting/offices/",
        "Police, hotlines and other authorities, and which cases are for them.\nNot legal advice.",
        _table(("office", "who", "kind", "how it gets there"), ways),
        "## Routes",
        _table(heads, rows),
    )


def _places_in_words(when: When) -> str:
    parts = [
        ("operator in", when.home),
        ("operator not in", when.not_home),
        ("account in", when.account),
        ("account not in", when.not_account),
        ("operator, account or victim in", when.linked),
    ]
    told = [f"{says} {', '.join(sorted(places))}" for says, places in parts if places]
    if when.danger is not None:
        told.append("a child in danger" if when.danger else "nobody in danger now")
    return "; ".join(told) or "all"


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
    (FOLDER / "packs").mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
