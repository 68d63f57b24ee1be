"""`hoede report validate|examples|xsd`: documents without a server, and an authority's own schema."""

from pathlib import Path

import pytest
from tests.cli.desk import Desk
from tests.parts import values

from hoede.reporting.cybertipline import read_schema, xsd
from hoede.reporting.cybertipline.examples import BATCHED, documents
from hoede.simulators.cybertipline import Settings, Simulator

RIGHT = b"""<report>
<incidentSummary><incidentType>Child Sex Trafficking</incidentType>
<incidentDateTime>2026-01-31T12:00:00Z</incidentDateTime></incidentSummary>
<reporter><reportingPerson><email>desk@plein.example</email></reportingPerson></reporter>
</report>"""


def test_every_example_is_written_and_taken(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "examples"
    assert desk.run("report", "examples", str(folder)).exit == 0
    written = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert written == documents()
    batched = [str(folder / name) for name in written if name.startswith(BATCHED)]
    other = [str(folder / name) for name in written if not name.startswith(BATCHED)]
    assert desk.run("report", "validate", *other).exit == 0
    assert desk.run("report", "validate", "--batched", *batched).exit == 0


def test_what_would_be_refused_is_said_with_its_line(desk: Desk, tmp_path: Path) -> None:
    right, wrong = tmp_path / "right.xml", tmp_path / "wrong.xml"
    right.write_bytes(RIGHT)
    wrong.write_bytes(RIGHT.replace(b"00Z", b"00"))
    ran = desk.run("report", "validate", str(right), str(wrong))
    assert (ran.exit, f"{right}: would be taken" in ran.out) == (1, True)
    assert f"{wrong}:3: incidentDateTime has no time zone" in ran.out
    told = desk.run("report", "validate", str(right), str(wrong), "--json").json
    assert [(one["file"], one["by"], one["line"]) for one in told] == [(str(wrong), "server", 3)]


@pytest.mark.parametrize(
    "words",
    [("no-such.xml",), ("right.xml", "--schema", "no-such.xsd"), ("right.xml", "--schema", "right.xml")],
)
def test_a_file_that_is_none_is_a_wrong_use(desk: Desk, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "right.xml").write_bytes(RIGHT)
    paths = [str(tmp_path / one) if one.endswith(("xml", "xsd")) else one for one in words]
    assert desk.run("report", "validate", *paths).exit == 2


def test_our_schema_is_printed_and_can_be_read(desk: Desk) -> None:
    out = desk.run("report", "xsd").out
    assert out.encode() == xsd()


def schema_kept(desk: Desk, at: str) -> Path:
    """Where the schema of the authority at this address is to be kept."""
    kept = desk.folder / "theirs.xsd"
    authorities = values(desk.folder, authority=at)["authorities"]
    authorities["ncmec"]["schema_file"] = str(kept)
    desk.configure(authorities=authorities)
    return kept


def test_an_authoritys_own_schema_is_fetched_and_used(desk: Desk, tmp_path: Path) -> None:
    with Simulator(Settings(), tmp_path / "ledger.jsonl") as authority:
        kept = schema_kept(desk, authority.api)
        assert desk.run("report", "xsd", "--fetch", "ncmec").exit == 0
    read_schema(kept.read_bytes())
    assert desk.run("config", "check").exit == 0
    kept.write_bytes(b"<html/>")
    assert desk.run("config", "check").code == "config-invalid"


def test_a_schema_that_cannot_be_fetched_leaves_no_file(desk: Desk) -> None:
    assert desk.run("report", "xsd", "--fetch", "ncmec").code == "schema-not-fetched"  # nowhere to keep it
    kept = schema_kept(desk, "http://127.0.0.1:9")  # nothing listens there
    assert desk.run("report", "xsd", "--fetch", "ncmec").code == "schema-not-fetched"
    assert not kept.exists()
    assert desk.run("report", "xsd", "--fetch", "nobody").code == "schema-not-fetched"
