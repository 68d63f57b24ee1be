"""Faults that a test or a rehearsal asks for: which, where, how often."""

from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Lock

from hoede.core.errors import HoedeError
from hoede.simulators.cybertipline.answers import Code


class FaultKind(StrEnum):
    ERROR_500 = "error_500"  # code 1000, nothing is done
    BAD_GATEWAY = "bad_gateway"  # HTTP 502 with somebody else's HTML
    UNAVAILABLE = "unavailable"  # HTTP 503 without XML, and a Retry-After of `value` seconds if one is given
    TOO_MANY = "too_many"  # HTTP 429, likewise
    EMPTY_401 = "empty_401"  # HTTP 401 without a body
    REFUSE = "refuse"  # a refusal with code `value`, 4100 when none is given
    WRONG_CODE = "wrong_code"  # HTTP 200 and code `value`, of whatever family; 7777 when none is given
    LATENCY_MS = "latency_ms"  # waits `value` milliseconds, then goes on
    DROP_BEFORE = "drop_before"  # closes the connection, nothing is done
    DROP_AFTER = "drop_after"  # does it, then closes the connection without an answer
    HALF_CLOSE = "half_close"  # does it, then says that it will write no more, and goes on reading
    TRUNCATE_AFTER = "truncate_after"  # does it, then closes the connection in the middle of the answer
    OVERSIZE_AFTER = "oversize_after"  # does it, and its answer is `value` MiB long, 2 when none is given
    DOCTYPE_AFTER = "doctype_after"  # does it, and its answer has a DOCTYPE


class Endpoint(StrEnum):
    STATUS = "status"
    XSD = "xsd"
    SUBMIT = "submit"
    UPLOAD = "upload"
    FILEINFO = "fileinfo"
    FINISH = "finish"
    RETRACT = "retract"


class FaultError(HoedeError):
    """A fault that cannot be."""

    code = "simulator-fault"


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    endpoint: Endpoint | None = None  # None: all of them
    times: int | None = 1  # None: until cleared
    value: int | None = None  # milliseconds, or a code

    def __post_init__(self) -> None:
        if self.times is not None and self.times < 1:
            raise FaultError("times must be 1 or more, or null")
        if self.kind is FaultKind.LATENCY_MS and (self.value is None or self.value < 0):
            raise FaultError("latency_ms needs its milliseconds in value")
        if self.kind is FaultKind.REFUSE and self.value is not None and self.value not in set(Code):
            raise FaultError("refuse takes one of the API's codes as value")

    def fits(self, endpoint: str) -> bool:
        return self.endpoint is None or self.endpoint == endpoint


class Faults:
    """The faults that are still to come."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: tuple[Fault, ...] = ()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting = (*self._waiting, fault)

    def clear(self) -> None:
        with self._lock:
            self._waiting = ()

    def waiting(self) -> tuple[Fault, ...]:
        return self._waiting

    def take(self, endpoint: str) -> tuple[Fault, ...]:
        """The faults this call meets, in the order they were asked for; each counts one down."""
        with self._lock:
            met = tuple(fault for fault in self._waiting if fault.fits(endpoint))
            left = (_one_less(fault) if fault in met else fault for fault in self._waiting)
            self._waiting = tuple(fault for fault in left if fault is not None)
            return met


def _one_less(fault: Fault) -> Fault | None:
    if fault.times is None:
        return fault
    return replace(fault, times=fault.times - 1) if fault.times > 1 else None
