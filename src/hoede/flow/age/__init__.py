"""An age that somebody says is wrong: taken, judged by a person, answered by a letter either way."""

from hoede.flow.age.answer import AgeAnswered, AnswerAges
from hoede.flow.age.take import TakeAges

__all__ = ["AgeAnswered", "AnswerAges", "TakeAges"]
