"""Lengths of time that several slices go by. Pure."""

from datetime import timedelta

BREAK = timedelta(minutes=5)  # how long a break is: so long without use, and minutes in a row begin anew
