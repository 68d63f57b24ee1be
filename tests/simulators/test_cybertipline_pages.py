"""The pages to look at: what they say, and what they never do."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from lxml import etree, html

from hoede.simulators.cybertipline import Settings, Simulator

REHEARSAL = "Rehearsal. This is a stand-in for NCMEC's CyberTipline; nothing leaves this machine."


def words(answer: httpx2.Response) -> str:
    return " ".join(" ".join(map(str, html.fromstring(answer.text).itertext())).split())


@pytest.fixture
def number(api: httpx2.Client, report: str, details: Callable[[int, str, str], str]) -> str:
    """A finished report with one file."""
    hurtful = report.replace("account-7", "<![CDATA[<script>alert(1)</script>]]>")
    number = etree.fromstring(api.post("/submit", content=hurtful).content).findtext("reportId") or ""
    card = {"file": b"a test card, nothing else"}
    upload = etree.fromstring(api.post("/upload", data={"id": number}, files=card).content)
    viewed = "<fileViewedByEsp>false</fileViewedByEsp>"
    api.post("/fileinfo", content=details(int(number), upload.findtext("fileId") or "", viewed))
    api.post("/finish", data={"id": number})
    return number


def test_the_list_names_each_report_with_its_state(sim: Simulator, api: httpx2.Client, number: str) -> None:
    said = words(api.get(f"{sim.url}/"))

    assert REHEARSAL in said
    assert f"{number} finished Child Pornography (possession, manufacture, and distribution)" in said


def test_an_empty_list_says_so(sim: Simulator, api: httpx2.Client) -> None:
    assert "No report yet" in words(api.get(f"{sim.url}/"))


def test_a_report_shows_its_files_and_its_xml_as_text(
    sim: Simulator, api: httpx2.Client, number: str
) -> None:
    answer = api.get(f"{sim.url}/reports/{number}")
    file = sim.reports()[0].files[0]

    assert REHEARSAL in words(answer)
    assert all(digest in answer.text for digest in (file.file_id, file.md5, file.sha256))
    assert "<espIdentifier>" in words(answer)
    assert "Viewed by a person false" in words(answer)
    assert "<script" not in answer.text


def test_an_unknown_report_has_a_page_that_says_so(sim: Simulator, api: httpx2.Client) -> None:
    answer = api.get(f"{sim.url}/reports/7")

    assert (answer.status_code, "There is no report 7" in words(answer)) == (404, True)


def test_a_page_may_run_and_load_nothing_from_elsewhere(sim: Simulator, api: httpx2.Client) -> None:
    policy = api.get(f"{sim.url}/").headers["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'; style-src 'self';")


def test_the_stylesheets_of_a_folder_are_linked_and_served(tmp_path: Path) -> None:
    (tmp_path / "base.css").write_text("body { color: teal }")
    with Simulator(Settings(css=tmp_path), tmp_path / "ledger.jsonl") as sim:
        page = httpx2.get(f"{sim.url}/", trust_env=False)
        sheet = httpx2.get(f"{sim.url}/static/base.css", trust_env=False)

    assert "/static/base.css" in page.text
    assert sheet.text == "body { color: teal }"


def test_the_reports_are_read_as_json(sim: Simulator, api: httpx2.Client, number: str) -> None:
    [told] = api.get(f"{sim.url}/admin/reports").json()

    assert (str(told["id"]), told["state"], len(told["files"])) == (number, "finished", 1)
