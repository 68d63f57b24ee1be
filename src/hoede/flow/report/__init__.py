"""Case to receipt: compose once, then one announced call after the other until it is finished."""

from hoede.flow.report.about import About, NothingStands, texts_reported
from hoede.flow.report.batch import Batch
from hoede.flow.report.before import Before
from hoede.flow.report.compose import Compose, NotSealedYet
from hoede.flow.report.journey import Report
from hoede.flow.report.more import Correct, Settle, Supplement, TakeFacts

__all__ = [
    "About",
    "Batch",
    "Before",
    "Compose",
    "Correct",
    "NotSealedYet",
    "NothingStands",
    "Report",
    "Settle",
    "Supplement",
    "TakeFacts",
    "texts_reported",
]
