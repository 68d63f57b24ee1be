"""The systemd units: systemd takes them, they are hardened, and the sandbox for media still works."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "deploy" / "systemd"
UNITS = sorted(FOLDER.iterdir())
SERVICES = [one for one in UNITS if one.suffix == ".service"]
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
    "User": "hoede",
}
# The sandbox makes namespaces and mounts a /proc of its own; with these it cannot.
IN_ITS_WAY = {
    "RestrictNamespaces",
    "ProtectProc",
    "ProtectKernelTunables",
    "ProtectKernelLogs",
    "PrivateUsers",
    "SystemCallFilter",
}
HOEDE = "/opt/hoede/.venv/bin/hoede"


def read(unit: Path) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, strict=True, delimiters=("=",))
    parsed.optionxform = str  # type: ignore[assignment,method-assign] # systemd's names have capitals
    parsed.read_string(unit.read_text(encoding="utf-8"))
    return parsed


def name(unit: Path) -> str:
    return unit.name


@pytest.mark.parametrize("unit", SERVICES, ids=name)
def test_a_service_may_write_its_data_and_nothing_else(unit: Path) -> None:
    service = read(unit)["Service"]
    assert {key: service.get(key) for key in HARDENED} == HARDENED
    assert set(service["ReadWritePaths"].split()) <= {"/var/lib/hoede", "/var/backups/hoede"}


@pytest.mark.parametrize("unit", SERVICES, ids=name)
def test_a_service_can_still_confine_what_decodes_media(unit: Path) -> None:
    assert set(read(unit)["Service"]) & IN_ITS_WAY == set()


@pytest.mark.parametrize("unit", [one for one in SERVICES if "backup" not in one.name], ids=name)
def test_a_service_is_started_again_however_it_ends(unit: Path) -> None:
    parsed = read(unit)
    service = parsed["Service"]
    assert (service["Restart"], service["RestartForceExitStatus"]) == ("always", "70")
    assert parsed["Unit"]["StartLimitIntervalSec"] == "0"


def test_a_worker_is_confined_as_the_service_is() -> None:
    serve, work = (dict(read(FOLDER / one)["Service"]) for one in ("hoede.service", "hoede-work@.service"))
    assert (serve.pop("ExecStart"), work.pop("ExecStart")) == (f"{HOEDE} serve", f"{HOEDE} work")
    assert serve == work


def test_every_night_there_is_a_backup_in_a_folder_of_its_own() -> None:
    backup, timer = read(FOLDER / "hoede-backup.service"), read(FOLDER / "hoede-backup.timer")
    assert f'exec {HOEDE} backup "/var/backups/hoede/$$(date' in backup["Service"]["ExecStart"]
    assert (timer["Timer"]["Persistent"], "03:30" in timer["Timer"]["OnCalendar"]) == ("true", True)


def test_systemd_takes_them(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze here")
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(HOEDE, sys.executable)
        (tmp_path / unit.name.replace("@", "@1")).write_text(text, encoding="utf-8")
    asked = [analyze, "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    ran = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603 - our own units
    ours = [line for line in ran.stderr.splitlines() if "hoede" in line]
    assert (ran.returncode, ours) == (0, []), ran.stderr
