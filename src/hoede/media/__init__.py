"""Media of strangers: fetched and decoded in confined children only, within limits, never believed."""

from hoede.media.addresses import Rule, parse_rule
from hoede.media.fetch import AddressRefused, Fetcher, FetchFailed, FetchOff, connect, resolve, system_roots
from hoede.media.formats import Form, FormatsError, Forms, Treat, form_of, parse_forms
from hoede.media.limits import FormRefused, Limits, MediaRefused, MediaTooLarge, MediaTooMuch, MediaUnreadable
from hoede.media.pool import Pool
from hoede.media.reader import Preview, Reader, Sandbox
from hoede.media.sandbox import Level, SandboxBroken

CHILD = "hoede.media.child"
FETCHER = "hoede.media.fetcher"

__all__ = [
    "CHILD",
    "FETCHER",
    "AddressRefused",
    "FetchFailed",
    "FetchOff",
    "Fetcher",
    "Form",
    "FormRefused",
    "FormatsError",
    "Forms",
    "Level",
    "Limits",
    "MediaRefused",
    "MediaTooLarge",
    "MediaTooMuch",
    "MediaUnreadable",
    "Pool",
    "Preview",
    "Reader",
    "Rule",
    "Sandbox",
    "SandboxBroken",
    "Treat",
    "connect",
    "form_of",
    "parse_forms",
    "parse_rule",
    "resolve",
    "system_roots",
]
