"""Case to judgment: what it will do, shown before; then judgment, orders and leaf in one transaction."""

from hoede.flow.judge.blind import Whole, only_shown, whole
from hoede.flow.judge.journey import Checked, Judge, Judged, Undone
from hoede.flow.judge.objections import Answered, Objections
from hoede.flow.judge.plan import Plan
from hoede.flow.judge.quality import Quality, Rules

__all__ = [
    "Answered",
    "Checked",
    "Judge",
    "Judged",
    "Objections",
    "Plan",
    "Quality",
    "Rules",
    "Undone",
    "Whole",
    "only_shown",
    "whole",
]
