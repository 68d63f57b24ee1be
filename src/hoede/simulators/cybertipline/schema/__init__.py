"""What a report and a file's details may look like, written as tables (CyberTipline facts 1.4-1.6). Pure."""

from hoede.simulators.cybertipline.schema.check import first_complaint
from hoede.simulators.cybertipline.schema.document import xsd
from hoede.simulators.cybertipline.schema.file_details import FILE_DETAILS
from hoede.simulators.cybertipline.schema.report import REPORT

__all__ = ["FILE_DETAILS", "REPORT", "first_complaint", "xsd"]
