"""Rules of a file's details that no schema can say (CyberTipline facts 1.6). Pure."""

from collections.abc import Iterator

from hoede.simulators.cybertipline.rules.batched import batched_file
from hoede.simulators.cybertipline.xml import Complaint, Node

_TRUE = ("true", "1")
_ONLY_ON_REPORTED = ("industryClassification", "potentialMeme", "fileAnnotations/potentialMeme")


def file_complaint(root: Node, *, batched: bool) -> Complaint | None:
    """The first rule that details valid by schema break; None when they break none."""
    return next(_complaints(root, batched=batched), None)


def _complaints(root: Node, *, batched: bool) -> Iterator[Complaint]:
    if (root.findtext("exifViewedByEsp") or "").strip() in _TRUE and (
        root.findtext("fileViewedByEsp") or ""
    ).strip() not in _TRUE:
        yield Complaint(root, "fileViewedByEsp must be true when exifViewedByEsp is true.")
    if root.findtext("fileRelevance") == "Supplemental Reported":
        for path in _ONLY_ON_REPORTED:
            for node in root.findall(path):
                yield Complaint(node, f"{node.tag} is not allowed on a Supplemental Reported file.")
    if batched:
        yield from batched_file(root)
