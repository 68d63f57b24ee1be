"""Review: what people report, cases that people judge, letters that tell why, objections against them.

So far cases are opened, grouped and kept; judging comes with the console.
"""

from hoede.review.rules import Grounds, Lane, Lanes, lane_of, objection_until, parse_lanes
from hoede.review.store import CaseFile, CaseRow, LetterRow, Objection

__all__ = [
    "CaseFile",
    "CaseRow",
    "Grounds",
    "Lane",
    "Lanes",
    "LetterRow",
    "Objection",
    "lane_of",
    "objection_until",
    "parse_lanes",
]
