"""Upload to decision: may we look, look, decide, take a copy, and write it all down at once."""

from hoede.flow.screen.journey import Screening
from hoede.flow.screen.told import EventAnswer, EventDiffers, Media, Told

__all__ = ["EventAnswer", "EventDiffers", "Media", "Screening", "Told"]
