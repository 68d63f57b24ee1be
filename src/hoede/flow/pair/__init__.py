"""Pairing as journeys: linked, set together, asked and answered, seen, rested, left."""

from hoede.flow.pair.asking import Asking
from hoede.flow.pair.clock import Clock
from hoede.flow.pair.desk import Guardian, PairDesk, Teen
from hoede.flow.pair.exits import Exits
from hoede.flow.pair.figures import KeptFigures
from hoede.flow.pair.links import Invitation, Invited, Links
from hoede.flow.pair.people import GuardianPeople
from hoede.flow.pair.post import SendMail
from hoede.flow.pair.telling import TellAdult
from hoede.flow.pair.together import Together
from hoede.flow.pair.views import FamilyViews, Figures, MyGuardian, MyTeen, WeekFigures
from hoede.flow.pair.weekly import Weekly

__all__ = [
    "Asking",
    "Clock",
    "Exits",
    "FamilyViews",
    "Figures",
    "Guardian",
    "GuardianPeople",
    "Invitation",
    "Invited",
    "KeptFigures",
    "Links",
    "MyGuardian",
    "MyTeen",
    "PairDesk",
    "SendMail",
    "Teen",
    "TellAdult",
    "Together",
    "WeekFigures",
    "Weekly",
]
