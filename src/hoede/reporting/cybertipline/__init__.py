"""The CyberTipline's documents: every element as a model, as a schema, and as rules beyond it. Pure."""

from hoede.reporting.cybertipline.check import Complaint, check
from hoede.reporting.cybertipline.file_details import REPORTED, SUPPLEMENTAL, FileDetails
from hoede.reporting.cybertipline.report import Report
from hoede.reporting.cybertipline.schema import SchemaUnusable, read_schema, xsd
from hoede.reporting.cybertipline.written import to_xml

__all__ = [
    "REPORTED",
    "SUPPLEMENTAL",
    "Complaint",
    "FileDetails",
    "Report",
    "SchemaUnusable",
    "check",
    "read_schema",
    "to_xml",
    "xsd",
]
