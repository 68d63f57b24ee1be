"""What is wrong with a document: what a schema refuses, and what the server refuses besides. Pure.

Both verdicts are ours, from the authority's documentation; the authority's own copy of the schema is
held against it too where an operator has one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, Final

from lxml import etree

from hoede.reporting.cybertipline.file_details import FileDetails
from hoede.reporting.cybertipline.reading import Node, NotOurXml, read
from hoede.reporting.cybertipline.report import Report
from hoede.reporting.cybertipline.schema import own_schema
from hoede.reporting.cybertipline.server import file_flaws, report_flaws
from hoede.reporting.cybertipline.texts import text_flaws

MOST_NAMED: Final = 50  # complaints: who has more to mend begins with these
_ONE_AT_A_TIME = Lock()  # a schema keeps the errors of the document it held last


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong: by whose rule, where, and what."""

    by: str  # xml, schema, authority (its own schema) or server
    line: int
    says: str


def check(
    document: bytes, *, now: datetime, batched: bool = False, theirs: etree.XMLSchema | None = None
) -> tuple[Complaint, ...]:
    """Everything that is wrong with a `report` or `fileDetails`; empty when both validators take it.

    `batched` says that details belong to a file of a batched report; `theirs` is the authority's schema.
    """
    try:
        root = read(document)
    except NotOurXml as error:
        return (Complaint("xml", 0, str(error)),)
    wrong = [*_by_schema(root, own_schema(), "schema")]
    if theirs is not None:
        wrong += _by_schema(root, theirs, "authority")
    # A document that is not even of the right shape is not read for its sense.
    if not any(one.by == "schema" for one in wrong):
        wrong += _by_server(root, now, batched=batched)
    return tuple(wrong[:MOST_NAMED])


def _by_schema(root: Node, schema: etree.XMLSchema, by: str) -> Iterator[Complaint]:
    with _ONE_AT_A_TIME:
        valid = schema.validate(root.getroottree())
        log: Any = schema.error_log  # its stubs do not know that it is a list
        wrong = [] if valid else [(error.line, error.message) for error in log]
    for line, says in wrong:
        yield Complaint(by, line, says)


def _by_server(root: Node, now: datetime, *, batched: bool) -> Iterator[Complaint]:
    model = Report if root.tag == "report" else FileDetails
    further = report_flaws(root) if model is Report else file_flaws(root, batched=batched)
    for flaw in (*text_flaws(root, model, now), *further):
        line: Any = flaw.node.sourceline  # likewise, that it is a number
        yield Complaint("server", line or 0, flaw.says)
