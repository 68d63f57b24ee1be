"""What the authority answers: codes, their HTTP status, the XML (CyberTipline facts 1.3). Pure."""

from dataclasses import dataclass
from enum import IntEnum
from http import HTTPStatus

from lxml import etree

from hoede.simulators.cybertipline.xml import Node


class Code(IntEnum):
    OK = 0
    SERVER_ERROR = 1000
    SAVE_FAILED = 1100
    NOT_FOUND = 1210
    AUTHENTICATION_REQUIRED = 2000
    NOT_AUTHORISED = 3000
    NO_SUBMISSIONS = 3100
    NO_UPDATES = 3300
    INVALID_REQUEST = 4000
    VALIDATION_FAILED = 4100
    MALFORMED_XML = 4110
    MALFORMED_FILE = 4200
    NO_REPORT = 5001
    NO_FILE = 5002
    RETRACTED = 5101
    FINISHED = 5102


# The facts fix 401 and the 400 of 4100. The others are ours, by family: clients must read the code.
_STATUS = {
    Code.OK: HTTPStatus.OK,
    Code.SERVER_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
    Code.SAVE_FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
    Code.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.AUTHENTICATION_REQUIRED: HTTPStatus.UNAUTHORIZED,
    Code.NOT_AUTHORISED: HTTPStatus.FORBIDDEN,
    Code.NO_SUBMISSIONS: HTTPStatus.FORBIDDEN,
    Code.NO_UPDATES: HTTPStatus.FORBIDDEN,
}


def status_of(code: int) -> HTTPStatus:
    return _STATUS.get(Code(code), HTTPStatus.BAD_REQUEST)


@dataclass(frozen=True, slots=True)
class Answer:
    """A `reportResponse`."""

    code: Code
    text: str
    report_id: int | None = None
    file_id: str | None = None
    md5: str | None = None

    @property
    def status(self) -> HTTPStatus:
        return status_of(self.code)

    def xml(self) -> bytes:
        root = etree.Element("reportResponse")
        told = {
            "responseCode": int(self.code),
            "responseDescription": self.text,
            "reportId": self.report_id,
            "fileId": self.file_id,
            "hash": self.md5,
        }
        for name, value in told.items():
            if value is not None:
                etree.SubElement(root, name).text = _sayable(str(value))
        return _document(root)


@dataclass(frozen=True, slots=True)
class Done:
    """A `reportDoneResponse`: the receipt of a finished report."""

    report_id: int
    files: tuple[str, ...]
    status: HTTPStatus = HTTPStatus.OK

    def xml(self) -> bytes:
        root = etree.Element("reportDoneResponse")
        etree.SubElement(root, "responseCode").text = str(int(Code.OK))
        etree.SubElement(root, "reportId").text = str(self.report_id)
        files = etree.SubElement(root, "files")
        for file in self.files:
            etree.SubElement(files, "fileId").text = file
        return _document(root)


def _document(root: Node) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _sayable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
