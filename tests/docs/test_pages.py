"""Every page: its links lead somewhere, its prose has one sentence a line, and it names nobody's machine."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from hoede.cli import app

LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`]*`")
TWO_SENTENCES = re.compile(r"[a-z0-9)`\"][.?!] +[A-Z\"`(][a-z]")
CITED = re.compile(r"docs/([\w/.-]+\.md)(?:#([\w-]+))?")
MACHINE = re.compile(r"(/work|/tmp|/home|/root|/mnt|/Users)/\w")


def anchors(text: str) -> set[str]:
    """What the headings of a page can be linked as."""
    plain = (re.sub(r"[^\w\s-]", "", heading).strip().lower() for heading in HEADING.findall(text))
    return {heading.replace(" ", "-") for heading in plain}


def links(pages: Mapping[Path, str]) -> Iterator[tuple[Path, str]]:
    for path, text in pages.items():
        yield from ((path, link) for link in LINK.findall(FENCE.sub("", text)) if "://" not in link)


def leads_nowhere(target: Path, anchor: str | None) -> bool:
    if not target.exists():
        return True
    return bool(anchor) and anchor not in anchors(target.read_text(encoding="utf-8"))


def test_every_link_between_pages_leads_somewhere(pages: Mapping[Path, str]) -> None:
    dead = []
    for path, link in links(pages):
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if leads_nowhere(target, anchor):
            dead.append(f"{path}: {link}")
    assert dead == []


def test_every_page_that_the_code_cites_is_there() -> None:
    files = [path for kind in ("py", "toml", "html") for path in Path("src").rglob(f"*.{kind}")]
    cited = {one for path in files for one in CITED.findall(path.read_text(encoding="utf-8"))}
    dead = {f"docs/{name}#{anchor}" for name, anchor in cited if leads_nowhere(Path("docs") / name, anchor)}
    assert dead == set()


def test_every_page_is_linked_from_somewhere(pages: Mapping[Path, str]) -> None:
    linked = {(path.parent / link.partition("#")[0]).resolve() for path, link in links(pages)}
    decisions = Path("docs/decisions")
    alone = [
        str(path)
        for path in pages
        if path.resolve() not in linked and path != Path("README.md") and path.parent != decisions
    ]
    assert alone == []


def prose(text: str) -> Iterator[str]:
    """Lines that hold sentences: no code, tables, headings or items of lists."""
    for line in FENCE.sub("", text).splitlines():
        if not re.match(r"[|#]|    |[-*] |\d\. ", line):
            yield CODE.sub("`x`", line)


def test_prose_has_one_sentence_a_line(pages: Mapping[Path, str]) -> None:
    long = [
        f"{path}: {line}"
        for path, text in pages.items()
        for line in prose(text)
        if path.parent.name != "reference" and TWO_SENTENCES.search(line)  # docstrings flow
    ]
    assert long == []


def test_no_page_names_a_machine(pages: Mapping[Path, str]) -> None:
    assert [str(path) for path, text in pages.items() if MACHINE.search(text)] == []


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in sorted(Path("docs/decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("heading", ["## Context", "## Choice", "## Consequences"])
def test_a_decision_says_context_choice_and_consequences(pages: Mapping[Path, str], heading: str) -> None:
    decisions = {path: text for path, text in pages.items() if path.parent.name == "decisions"}
    assert [str(path) for path, text in decisions.items() if heading not in text] == []


def test_every_command_that_a_page_runs_exists(
    pages: Mapping[Path, str], blocks: Callable[[str], list[tuple[str, str, str]]]
) -> None:
    groups = {one.name: one.typer_instance for one in app.registered_groups}
    known = {name(one) for one in app.registered_commands}
    known |= {
        f"{group} {name(one)}" for group, kit in groups.items() if kit for one in kit.registered_commands
    }
    ran = re.findall(r"^hoede (?:--config \S+ )?([a-z-]+(?: [a-z-]+)?)", shell(pages, blocks), re.MULTILINE)
    assert [words for words in ran if words not in known and words.split()[0] not in known] == []


def shell(pages: Mapping[Path, str], blocks: Callable[[str], list[tuple[str, str, str]]]) -> str:
    return "\n".join(text for page in pages for language, _, text in blocks(str(page)) if language == "shell")


def name(command: object) -> str:
    return str(getattr(command, "name", None) or getattr(getattr(command, "callback", None), "__name__", ""))
