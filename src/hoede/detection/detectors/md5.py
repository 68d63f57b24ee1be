"""MD5: what most lists still hold. Easy to forge, so never enough to act alone on."""

from hoede.core.findings import DigestKind
from hoede.detection.exact import ExactDigest

DETECTOR = ExactDigest(DigestKind.MD5)
