"""What an account may do now: an attempt becomes a permit, and a teen's choice is checked and kept."""

from hoede.flow.attempt.journey import Answered, Asked, InForceFor, Permits, Tables
from hoede.flow.attempt.sides import Sides, side_at

__all__ = ["Answered", "Asked", "InForceFor", "Permits", "Sides", "Tables", "side_at"]
