"""What a batched report may not hold (CyberTipline facts 1.8). Pure."""

from collections.abc import Iterator

from hoede.simulators.cybertipline.xml import Complaint, Node

_NOT_IN_REPORT = (
    "incidentSummary/escalateToHighPriority",
    "internetDetails",
    "lawEnforcement",
    "intendedRecipient",
    "victim",
    "additionalInfo",
)
_NOT_IN_FILE = (
    "originalFileName",
    "locationOfFile",
    "originalFileHash",
    "ipCaptureEvent",
    "deviceId",
    "details",
    "additionalInfo",
)
_BATCH_FLAGS = ("viral", "potentialMeme")


def batched_report(root: Node) -> Iterator[Complaint]:
    if root.find("batchedReport") is None:
        return
    yield from _none_of(root, _NOT_IN_REPORT)
    for person in root.findall("personOrUserReported"):
        for child in person:
            if child.tag != "espIdentifier":
                yield Complaint(child, "A person in a batched report may only have an espIdentifier.")


def batched_file(root: Node) -> Iterator[Complaint]:
    """What is wrong with the details of a file in a batched report."""
    yield from _none_of(root, _NOT_IN_FILE)
    if root.findtext("fileRelevance") == "Supplemental Reported":
        yield Complaint(root, "A file of a batched report must be Reported.")
    flags = [str(flag.tag) for flag in root.findall("fileAnnotations/*")]
    if root.findtext("potentialMeme") in ("true", "1"):
        flags.append("potentialMeme")
    if not flags or not set(flags) <= set(_BATCH_FLAGS):
        yield Complaint(
            root, "A file of a batched report must be annotated viral or potentialMeme, nothing else."
        )


def _none_of(root: Node, paths: tuple[str, ...]) -> Iterator[Complaint]:
    for path in paths:
        for node in root.findall(path):
            yield Complaint(node, f"{node.tag} is not allowed in a batched report.")
