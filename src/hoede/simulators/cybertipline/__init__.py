"""A stand-in for NCMEC's CyberTipline Reporting API: a real server on loopback with a ledger of its own.

It takes synthetic files only, keeps their digests and never their bytes, and can be told to fail.
Rules and codes: docs of the Reporting API as read in November 2025; it shares no code with `hoede.reporting`.
"""

from hoede.simulators.cybertipline.app import create_app
from hoede.simulators.cybertipline.clock import VirtualClock
from hoede.simulators.cybertipline.faults import Endpoint, Fault, FaultKind, Faults
from hoede.simulators.cybertipline.ledger import Ledger, reports
from hoede.simulators.cybertipline.records import SimFile, SimReport, State
from hoede.simulators.cybertipline.server import Simulator
from hoede.simulators.cybertipline.settings import REHEARSAL, Login, Right, Settings, allow_file

__all__ = [
    "REHEARSAL",
    "Endpoint",
    "Fault",
    "FaultKind",
    "Faults",
    "Ledger",
    "Login",
    "Right",
    "Settings",
    "SimFile",
    "SimReport",
    "Simulator",
    "State",
    "VirtualClock",
    "allow_file",
    "create_app",
    "reports",
]
