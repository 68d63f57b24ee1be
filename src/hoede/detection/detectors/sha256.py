"""SHA-256: equal digests mean equal bytes."""

from hoede.core.findings import DigestKind
from hoede.detection.exact import ExactDigest

DETECTOR = ExactDigest(DigestKind.SHA256)
