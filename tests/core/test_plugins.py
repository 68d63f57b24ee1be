"""Plug-ins are found by file and by entry point; two of one name refuse to start."""

from collections.abc import Callable
from importlib import import_module
from itertools import count
from pathlib import Path
from types import ModuleType

import pytest

from hoede.core.plugins import PluginClash, plugins

PLUGIN = "class Boat:\n    name = {name!r}\n\nBOAT = Boat\n"
_numbers = count()


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Makes a package of plug-ins: file = the name its plug-in has."""
    monkeypatch.syspath_prepend(tmp_path)

    def made(**files: str) -> ModuleType:
        package = tmp_path / f"fleet_{next(_numbers)}"
        package.mkdir()
        (package / "__init__.py").write_text("")
        for file, name in files.items():
            (package / f"{file}.py").write_text(PLUGIN.format(name=name))
        return import_module(package.name)

    return made


def test_every_module_of_the_package_is_a_plug_in(fleet: Callable[..., ModuleType]) -> None:
    found = plugins(fleet(tug="tug", barge="barge"), "BOAT", "hoede.no-such-group")
    assert list(found) == ["barge", "tug"]  # by file, so that the order is the same everywhere


def test_two_plug_ins_of_one_name_refuse_to_start(fleet: Callable[..., ModuleType]) -> None:
    with pytest.raises(PluginClash, match="no-such-group are called tug"):
        plugins(fleet(tug="tug", barge="tug"), "BOAT", "hoede.no-such-group")


def test_others_offer_plug_ins_by_entry_point(fleet: Callable[..., ModuleType], tmp_path: Path) -> None:
    harbour = fleet(yacht="yacht").__name__
    offered = tmp_path / "their_boats-1.0.dist-info"
    offered.mkdir()
    (offered / "METADATA").write_text("Metadata-Version: 2.1\nName: their-boats\nVersion: 1.0\n")
    (offered / "entry_points.txt").write_text(f"[hoede.test-boats]\nyacht = {harbour}.yacht:BOAT\n")
    assert list(plugins(fleet(tug="tug"), "BOAT", "hoede.test-boats")) == ["tug", "yacht"]
    with pytest.raises(PluginClash):
        plugins(fleet(other="yacht"), "BOAT", "hoede.test-boats")
