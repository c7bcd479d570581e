"""Dates as clients send them: 2026-01-05 and nothing else. Pydantic by itself reads a number as seconds since 1970, so that
`on=0` would quietly be a day in 1970."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _only_iso(value: Any) -> Any:
    if value is None or type(value) is date or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("date_parsing", "a date is written 2026-01-05")


Day = Annotated[date, BeforeValidator(_only_iso)]
