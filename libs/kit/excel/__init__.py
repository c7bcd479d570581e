"""Workbooks: read without trust, written so that people can work with them (domain.md 14, reliability.md 3.7).

Reading goes prescan → calamine → headings → rows, always in a limited child process (`kit.excel.runner`), since a file of
1.4 kB can abort the process that parses it. Writing has three shapes: a template with drop-downs, a bulk export, and a copy of
what was sent with its errors marked. Nothing here knows what the columns mean: a caller says that with `Column`."""

from kit.excel.column import Column
from kit.excel.limits import LIMITS, Limits
from kit.excel.refusal import Refused

__all__ = ["LIMITS", "Column", "Limits", "Refused"]
