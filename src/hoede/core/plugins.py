"""Finds plug-ins: modules of a package, and entry points of others. Two of one name refuse to start."""

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
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
    for plugin in (*_own(package, attribute), *(point.load() for point in entry_points(group=group))):
        if plugin.name in found:
            raise PluginClash(f"Two plug-ins of {group} are called {plugin.name}. Remove one.")
        found[plugin.name] = plugin
    return found


def _own(package: ModuleType, attribute: str) -> Iterator[Any]:
    for module in sorted(iter_modules(package.__path__), key=lambda module: module.name):
        yield getattr(import_module(f"{package.__name__}.{module.name}"), attribute)
