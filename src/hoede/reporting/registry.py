"""All authorities there are: ours by file, others' by entry point `hoede.authorities`."""

from collections.abc import Callable

from hoede.core.plugins import plugins
from hoede.reporting import authorities
from hoede.reporting.port import Authority, AuthoritySettings

AuthorityKind = Callable[[AuthoritySettings], Authority]


def all_authorities() -> dict[str, AuthorityKind]:
    """Kinds by name; `PluginClash` when two share one."""
    return plugins(authorities, "AUTHORITY", "hoede.authorities")
