"""How our workbooks look: one place, so that template, export and error file look alike."""

from __future__ import annotations

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

_THIN = Side(style="thin", color="BFBFBF")

TITLE = Font(name="宋体", size=16, bold=True)
NOTES = Font(name="宋体", size=10, color="C00000")
HEADING = Font(name="宋体", size=11, bold=True)
REQUIRED = Font(name="宋体", size=11, bold=True, color="C00000")
EXAMPLE = Font(name="宋体", size=11, italic=True, color="808080")
BODY = Font(name="宋体", size=11)
ERROR = Font(name="宋体", size=11, color="9C0006")
HEADING_FILL = PatternFill("solid", fgColor="DDEBF7")
ERROR_FILL = PatternFill("solid", fgColor="FFC7CE")
GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
TOP = Alignment(vertical="top", wrap_text=True)

TEXT_FORMAT, DATE_FORMAT = "@", "yyyy-mm-dd"
