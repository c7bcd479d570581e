"""What template, export and error workbook have in common as answers."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Response

from kit.db import today

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_name(title: str) -> str:
    """`名称_YYYYMMDD.xlsx` (domain.md 14)."""
    return f"{title}_{today():%Y%m%d}.xlsx"


def disposition(name: str) -> dict[str, str]:
    """The header that names the file; `filename*` holds the Chinese, `filename` what old programs can read."""
    return {"Content-Disposition": f"attachment; filename=\"export.xlsx\"; filename*=UTF-8''{quote(name, safe='')}"}


def answer(content: bytes, name: str) -> Response:
    """A workbook as an answer."""
    return Response(content, media_type=XLSX, headers=disposition(name))
