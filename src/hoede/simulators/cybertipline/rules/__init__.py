"""What the server checks besides the schema (CyberTipline facts 1.4, 1.6-1.8). Pure."""

from hoede.simulators.cybertipline.rules.file_details import file_complaint
from hoede.simulators.cybertipline.rules.report import report_complaint

__all__ = ["file_complaint", "report_complaint"]
