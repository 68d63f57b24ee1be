"""Erasing an account, but for what a hold or a duty keeps; and what somebody gets who asks for their data.

Both follow one table of every column there is, `columns.toml`.
"""

from hoede.flow.erase.columns import Columns, ColumnsInvalid, Group, TableRule, parse_columns, shipped_columns
from hoede.flow.erase.journey import Erase
from hoede.flow.erase.own import own_data

__all__ = [
    "Columns",
    "ColumnsInvalid",
    "Erase",
    "Group",
    "TableRule",
    "own_data",
    "parse_columns",
    "shipped_columns",
]
