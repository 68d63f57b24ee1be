"""Case to receipt: compose once, then one announced call after the other until it is finished."""

from hoede.flow.report.compose import Compose, NothingStands, NotSealedYet
from hoede.flow.report.journey import Report

__all__ = ["Compose", "NotSealedYet", "NothingStands", "Report"]
