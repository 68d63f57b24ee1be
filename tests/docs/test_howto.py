"""What the how-to pages tell is done here: a service is run, a list imported, a platform plugged in."""

import os
import re
import runpy
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.databases import Databases

from hoede.client import OrderCall, Target, TargetKind
from hoede.simulators.pictures import picture

# Run last of all: then there is something to see.
LOOK = "export HOEDE_CONFIG=/etc/hoede/hoede.toml\nhoede report show\nhoede audit verify\n"
LISTS = "export HOEDE_CONFIG=/etc/hoede/hoede.toml\nhoede lists show\n"

CONTRACTS = ["tests/contracts/test_detectors.py", "-q", "-k", "trigger_line", "-p", "no:cacheprovider"]

Blocks = Callable[[str], list[tuple[str, str, str]]]
PROMPTLY_S = 60.0  # at the longest; an idle machine needs a second
BIN, WARM = Path(sys.executable).parent, Path(__file__).with_name("warm.py")
RUN, LIST, PLATFORM, MOVE, BACKUP, PEOPLE = (
    "docs/howto/run-the-service.md",
    "docs/howto/import-a-list.md",
    "docs/howto/plug-in-a-platform.md",
    "docs/howto/move-to-postgresql.md",
    "docs/howto/back-up-and-restore.md",
    "docs/howto/sign-in-people.md",
)


def free_port() -> str:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return str(probe.getsockname()[1])


@dataclass(frozen=True)
class House:
    """The machine the pages talk about, moved into a folder and to free ports."""

    folder: Path
    moved: Mapping[str, str]
    going: ExitStack  # what runs in the background until the end

    def here(self, text: str) -> str:
        there = re.compile("|".join(re.escape(one) for one in self.moved))
        return there.sub(lambda found: self.moved[found[0]], text)

    def do(self, block: tuple[str, str, str]) -> str:
        """Write a file or run commands as a page tells; what they printed."""
        language, what, text = block
        if what.startswith("file="):
            Path(self.here(what.removeprefix("file="))).write_text(self.here(text))
        elif what == "background":
            self.start("/bin/bash", "-euc", f"exec {self.here(text)}")
        elif language == "shell":
            path = f"{self.folder}:{BIN}:{os.environ['PATH']}"
            ran = subprocess.run(  # noqa: S603 - our own page's words
                ["/bin/bash", "-euc", self.here(text)],
                env=os.environ | {"PATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
            assert (ran.returncode != 0) == (what == "fails"), ran.stderr
            return ran.stdout + ran.stderr
        return ""

    def start(self, *words: str) -> None:
        env = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}
        said = self.going.enter_context((self.folder / "said.log").open("ab"))
        started = subprocess.Popen(words, env=env, stdout=said, stderr=said)  # noqa: S603 - likewise
        self.going.callback(started.wait, PROMPTLY_S)
        self.going.callback(started.terminate)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, blocks: Blocks) -> Iterator[House]:
    """A service set up and running as `run-the-service` tells."""
    with house_in(tmp_path_factory.mktemp("house")) as house:
        for block in blocks(RUN):
            if block[2] != LOOK:
                house.do(block)
        assert eventually(lambda: ready(house.moved["8400"])), (house.folder / "said.log").read_text()
        yield house


@contextmanager
def house_in(folder: Path) -> Iterator[House]:
    """A machine with nothing on it but `hoede`."""
    places = {
        "/etc/hoede": "etc",
        "/var/lib/hoede": "lib",
        "/var/backups/hoede": "backups",
        "/srv/keys": "keys",
    }
    moved = {there: str(folder / here) for there, here in places.items()}
    for here in moved.values():
        Path(here).mkdir(mode=0o700)
    moved |= {port: free_port() for port in ("8400", "8410", "8500")}
    with ExitStack() as going:
        house = House(folder, moved, going)
        warm_up(house)
        yield house


def warm_up(house: House) -> None:
    """Put a `hoede` before the installed one that starts quickly."""
    door, caller = house.folder / "door", house.folder / "hoede"
    house.start(sys.executable, str(WARM), str(door))
    template = runpy.run_path(str(WARM))["CALLER"]
    caller.write_text(template.format(python=sys.executable, door=str(door)))
    caller.chmod(0o700)
    assert eventually(door.exists)


def ready(port: str) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx2.HTTPError:
        return False


def eventually(so: Callable[[], bool]) -> bool:
    until = time.monotonic() + PROMPTLY_S
    while not so() and time.monotonic() < until:
        time.sleep(0.05)
    return so()


@pytest.fixture
def platform(house: House, blocks: Blocks) -> Iterator[dict[str, Any]]:
    """The platform of the page: its names, with its door open and its rounds running."""
    names: dict[str, Any] = {"__name__": "platform"}
    steps = [one for one in blocks(PLATFORM) if one[0] in {"python", "shell"}]
    for language, what, text in steps:
        if language == "python":
            exec(compile(house.here(text), PLATFORM, "exec"), names)  # noqa: S102 - running the page is the test
            continue
        house.do((language, what, text))
    door = ThreadingHTTPServer(("127.0.0.1", int(house.moved["8500"])), hook(names))
    over = threading.Event()
    threads = [threading.Thread(target=one) for one in (door.serve_forever, lambda: rounds(names, over))]
    for thread in threads:
        thread.start()
    yield names
    over.set()
    door.shutdown()
    for thread in threads:
        thread.join()
    door.server_close()
    names["hoede"].close()


def hook(names: dict[str, Any]) -> type[BaseHTTPRequestHandler]:
    class Hook(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """The platform's store: whatever is asked for is a harmless picture."""
            content = picture(4)
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(names["take_order"](body, dict(self.headers.items())))
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - likewise
            pass

    return Hook


def rounds(names: dict[str, Any], over: threading.Event) -> None:
    while not over.wait(0.1):
        names["ask_again"]()
        names["send_receipts"]()


def metrics(house: House) -> str:
    return httpx2.get(f"http://127.0.0.1:{house.moved['8400']}/metrics").text


def asked(platform: dict[str, Any], question: str) -> list[tuple[Any, ...]]:
    with closing(platform["database"]()) as db:
        return list(db.execute(question))


def test_the_service_runs_as_its_page_tells(house: House) -> None:
    assert "hoede_oldest_unfinished_order_seconds 0.0" in metrics(house)


def test_every_metric_of_the_page_is_measured(
    house: House, blocks: Blocks, pages: Mapping[Path, str]
) -> None:
    names = {line.split()[2] for line in metrics(house).splitlines() if line.startswith("# HELP")}
    assert {name for name in names if f"`{name}`" not in pages[Path(RUN)]} == set()


def test_a_list_is_imported_as_its_page_tells(house: House, blocks: Blocks) -> None:
    said = [house.do(block) for block in blocks(LIST)]
    assert "line 2: sha256 wants 64 hexadecimal digits [list-file-invalid]" in said[1]
    assert "trial: 2 in force" in said[2]
    assert '"certainty": "likely"' in said[3]
    assert "near, harmless" in said[4]
    assert '"row": 0' in said[5]
    assert '"row": 1' not in said[5]  # the logo, in quarantine
    assert "2 entries are withdrawn." in said[6]


def test_a_platform_is_plugged_in_as_its_page_tells(house: House, platform: dict[str, Any]) -> None:
    card, harmless = Path(house.here("/etc/hoede/card.png")), house.folder / "harmless.png"
    harmless.write_bytes(picture(3))
    platform["tell_account"]("bram", date(1985, 7, 12), verified=True)
    platform["upload"]("bram", "pic-1", harmless)
    platform["upload"]("bram", "pic-2", card)
    assert eventually(lambda: bool(asked(platform, "SELECT 1 FROM letter")))
    assert eventually(lambda: not asked(platform, "SELECT 1 FROM carried WHERE told = 0"))
    mine = "SELECT id, state FROM content WHERE account = 'bram' ORDER BY id"
    states = [("pic-1", "visible"), ("pic-2", "removed")]
    eventually(lambda: asked(platform, mine) == states)
    assert asked(platform, mine) == states
    assert asked(platform, "SELECT state FROM account WHERE id = 'bram'") == [("closed",)]
    assert (
        httpx2.get(asked(platform, "SELECT link FROM letter WHERE account = 'bram'")[0][0]).status_code == 200
    )
    (letter,) = asked(platform, "SELECT id FROM letter WHERE account = 'bram'")
    passed_on = [platform["pass_on_objection"](letter[0], "bram", "That was a test card.") for _ in range(2)]
    assert passed_on[0] == passed_on[1]
    assert eventually(lambda: "hoede_orders_open 0.0" in metrics(house))
    said = house.do(("shell", "", LOOK))
    assert ("finished, 1 files" in said, "sound" in said) == (True, True)


def test_people_report_as_the_page_tells(house: House, platform: dict[str, Any]) -> None:
    harmless = house.folder / "reported.png"
    harmless.write_bytes(picture(5))
    platform["tell_account"]("cas", date(1985, 7, 12), verified=False)
    platform["upload"]("cas", "pic-9", harmless)
    link = platform["report_link"]("cas", "pic-9", "noor", date(2024, 5, 1))
    page = httpx2.post(link, data={"reason": "bully"}, follow_redirects=True)
    assert (page.status_code, "/report/" in str(page.url)) == (200, True)
    told = platform["tell_report"]("cas", "pic-9", "bo", "scam", "He sells what he does not have.")
    assert platform["hoede"].notice_receipt(told.id) == told
    by_case = "SELECT count(*) FROM content WHERE id = 'pic-9' AND wanted_by IS NULL AND state = 'visible'"
    assert eventually(lambda: "hoede_orders_open 0.0" in metrics(house))
    assert eventually(lambda: asked(platform, by_case) == [(1,)])
    assert asked(platform, "SELECT state FROM account WHERE id = 'cas'") == [("open",)]


def test_what_is_gone_is_answered_as_gone(platform: dict[str, Any], tmp_path: Path) -> None:
    platform["DATABASE"] = tmp_path / "platform.db"
    call = OrderCall(
        "ord_1", "want", Target(TargetKind.CONTENT, "it"), "bram", "case_1", None, datetime.now(UTC)
    )
    with closing(platform["database"]()) as db, db:
        assert platform["carry_out"](db, call) == "gone"
        db.execute("INSERT INTO content (id, state) VALUES ('it', 'removed')")
        assert platform["carry_out"](db, call) == "gone"


LATE = [
    ("account", "closed", "restrict_account"),
    ("account", "closed", "lift"),
    ("content", "removed", "hold"),
    ("content", "removed", "release"),
    ("content", "refused", "release"),
]


@pytest.mark.parametrize(("kind", "state", "measure"), LATE)
def test_a_late_order_never_takes_back_a_graver_one(
    platform: dict[str, Any], tmp_path: Path, kind: str, state: str, measure: str
) -> None:
    platform["DATABASE"] = tmp_path / "platform.db"
    call = OrderCall("ord_1", measure, Target(TargetKind(kind), "it"), "bram", None, None, datetime.now(UTC))
    with closing(platform["database"]()) as db, db:
        db.execute(f"INSERT INTO {kind} (id, state) VALUES ('it', ?)", (state,))  # noqa: S608 - one of ours
        assert platform["carry_out"](db, call) is None
        assert db.execute(f"SELECT state FROM {kind}").fetchall() == [(state,)]  # noqa: S608 - likewise


def test_media_is_named_by_its_address_as_the_page_tells(platform: dict[str, Any]) -> None:
    event = platform["Event"](
        id="by-address",
        kind=platform["EventKind"].MESSAGE,
        channel=platform["Channel"].PRIVATE,  # not looked at, so that no order follows
        account="somebody",
        content="pic-3",
        at=datetime.now(UTC),
    )
    answer = platform["tell_where"](event)
    assert (answer.answer, answer.certain) == (platform["Answer"].ALLOW, True)


def test_a_service_moves_to_postgresql_as_its_page_tells(
    tmp_path: Path, blocks: Blocks, databases: Databases
) -> None:
    _, (_, _, address), move = blocks(MOVE)
    with house_in(tmp_path) as house:
        for block in blocks(RUN):
            if block[1] != "background" and block[2] != LOOK:
                house.do(block)
        settings = Path(house.here("/etc/hoede/hoede.toml"))
        url = databases.bare("postgresql", tmp_path)
        settings.write_text(f'{address.partition("=")[0]} = "{url}"\n{settings.read_text()}')
        said = house.do(move)
        assert ("the log fits them" in said, "sound" in said) == (True, True)
        assert "rehearsal: 1 in force" in house.do(("shell", "", LISTS))


def test_a_deployment_is_lost_and_restored_as_its_page_tells(tmp_path: Path, blocks: Blocks) -> None:
    with house_in(tmp_path) as house:
        for block in blocks(RUN):
            if block[1] != "background" and block[2] != LOOK:
                house.do(block)
        said = [house.do(block) for block in blocks(BACKUP)]
        copied, taken, proved, lost, restored, shown, rotated = said
        assert ("are copied to" in copied, "Keys are not in it" in taken) == (True, True)
        assert ("Proved in" in proved, lost) == (True, "")
        assert ("The log is sound." in restored, "sound" in restored.splitlines()[-1]) == (True, True)
        assert ("No report yet." in shown, "signs from now on" in rotated) == (True, True)
        assert "rehearsal: 1 in force" in house.do(("shell", "", LISTS))


def test_people_sign_in_as_their_page_tells(house: House, blocks: Blocks) -> None:
    said = [house.do(block) for block in blocks(PEOPLE)]
    first, second, shown, again, refused = said
    port = house.moved["8400"]
    assert f"http://localhost:{port}/console/invitation/" in first
    assert '"link": "http' in second
    assert ("Anna de Vries: administrator" in shown, "sound" in shown) == (True, True)
    link = again.split()[-1]
    assert link not in first
    assert "Anna de Vries" in httpx2.get(link).text
    assert httpx2.get(first.split()[-1]).status_code == 404
    assert "[last-administrator]" in refused


def test_what_the_page_looks_at_is_what_is_run_here(blocks: Blocks) -> None:
    assert [text for language, _, text in blocks(RUN) if language == "shell"][-1] == LOOK


def test_a_detector_in_a_file_of_its_own_is_found_and_passes(tmp_path: Path, blocks: Blocks) -> None:
    shutil.copytree(Path("src/hoede"), tmp_path / "src/hoede", ignore=shutil.ignore_patterns("__pycache__"))
    (_, what, detector), _, (_, _, attempt), _ = blocks("docs/howto/write-a-detector.md")
    (tmp_path / what.removeprefix("file=")).write_text(detector)
    assert run_in(attempt, tmp_path / "src") == ""
    contracts = f"import pytest, sys; sys.exit(pytest.main({CONTRACTS}))"
    assert run_in(contracts, tmp_path / "src") == ""


def test_a_detector_of_another_package_is_found_by_its_entry_point(tmp_path: Path, blocks: Blocks) -> None:
    (_, _, detector), (_, _, declared), (_, _, attempt), _ = blocks("docs/howto/write-a-detector.md")
    group, _, point = declared.partition("\n")
    name, _, where = point.partition(" = ")
    info = tmp_path / "our_detectors-1.dist-info"
    info.mkdir()
    section = group.removeprefix('[project.entry-points."').removesuffix('"]')
    (info / "entry_points.txt").write_text(f"[{section}]\n{name} = {where.strip().strip(chr(34))}\n")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: our-detectors\nVersion: 1\n")
    package = tmp_path / "our_detectors"
    package.mkdir()
    (package / "trigger_line.py").write_text(detector)
    assert run_in(attempt, tmp_path) == ""


def run_in(code: str, path: Path) -> str:
    """What Python says when it fails to run this with `path` first; nothing when all is well."""
    env = os.environ | {"PYTHONPATH": str(path)}
    ran = subprocess.run(  # noqa: S603 - our own page's words
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
    )
    return ran.stdout + ran.stderr if ran.returncode else ""
