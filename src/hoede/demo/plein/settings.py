"""What Plein needs to know to run."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PleinSettings:
    folder: Path  # of the database and the pictures; made when absent
    hoede_url: str  # where Plein calls Hoede
    api_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)  # the old and the new one while they rotate
    css: Path  # a folder with tokens.css and base.css
    hoede_public_url: str  # where people reach Hoede's help page
    service: str = "plein"  # what Plein is called in Hoede's configuration
    again_s: float = 2.0  # between two rounds of asking and answering again
    timeout_s: float = 5.0  # of a call to Hoede
