"""Keys: who wraps evidence keys, who signs the log, what makes ids opaque."""

from hoede.keys.files import FileKeys
from hoede.keys.folder import KeyCopyRefused, KeysMissing, KeysUnsafe
from hoede.keys.port import KeyProvider, Unwrappable, Wrapped

__all__ = [
    "FileKeys",
    "KeyCopyRefused",
    "KeyProvider",
    "KeysMissing",
    "KeysUnsafe",
    "Unwrappable",
    "Wrapped",
]
