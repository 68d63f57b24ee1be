"""Review: what people report, cases that people judge, letters that tell why, objections against them.

A case waits in a lane until one person takes it; what a judgment can say, and what follows, stands in
`outcomes.toml`. What cannot be undone is checked by a second person.
"""

from hoede.review.asked import (
    Answer,
    FileAnswer,
    FileSays,
    Named,
    PersonIs,
    Refused,
    Said,
    Verdict,
    Why,
    understand,
)
from hoede.review.judgments import JudgmentRow
from hoede.review.outcomes import AccountIs, KnownNames, Outcome, Outcomes, OutcomesError, parse_outcomes
from hoede.review.priority import Pressing, next_lane, pressing, priority, rank_by, rank_of
from hoede.review.rules import Grounds, Lane, Lanes, lane_of, objection_until, parse_lanes
from hoede.review.store import CaseFile, CaseRow, LetterRow, Objection

__all__ = [
    "AccountIs",
    "Answer",
    "CaseFile",
    "CaseRow",
    "FileAnswer",
    "FileSays",
    "Grounds",
    "JudgmentRow",
    "KnownNames",
    "Lane",
    "Lanes",
    "LetterRow",
    "Named",
    "Objection",
    "Outcome",
    "Outcomes",
    "OutcomesError",
    "PersonIs",
    "Pressing",
    "Refused",
    "Said",
    "Verdict",
    "Why",
    "lane_of",
    "next_lane",
    "objection_until",
    "parse_lanes",
    "parse_outcomes",
    "pressing",
    "priority",
    "rank_by",
    "rank_of",
    "understand",
]
