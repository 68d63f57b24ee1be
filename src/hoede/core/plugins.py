"""Finds plug-ins: modules of a package, and entry points of others. Two of one name refuse to start."""

import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoints, entry_points
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from hoede.core.errors import HoedeError


class PluginClash(HoedeError):
    """Two plug-ins have the same name. Remove one."""

    code = "plugin-clash"


def plugins(package: ModuleType, attribute: str, group: str) -> dict[str, Any]:
    """By name, what every module of `package` calls `attribute`, and what others offer in `group`."""
    found: dict[str, Any] = {}
    for plugin in (*_own(package, attribute), *(point.load() for point in _offered(group, tuple(sys.path)))):
        if plugin.name in found:
            raise PluginClash(f"Two plug-ins of {group} are called {plugin.name}. Remove one.")
        found[plugin.name] = plugin
    return found


@cache
def _offered(group: str, places: tuple[str, ...]) -> EntryPoints:  # noqa: ARG001 - asked for as what was found stands by them
    """What others offer; every installed package is read for it, once for as long as Python looks there."""
    return entry_points(group=group)


def _own(package: ModuleType, attribute: str) -> Iterator[Any]:
    for module in sorted(iter_modules(package.__path__), key=lambda module: module.name):
        yield getattr(import_module(f"{package.__name__}.{module.name}"), attribute)
