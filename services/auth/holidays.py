"""The days on which work and rest are exchanged, year by year: what the State Council's notice says, or, where it has not
been published, what the regulation alone makes certain. An administrator enters the notice of a new year on the page of
dictionaries, or imports it as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from contracts.events import DictionaryItemFact
from kit.directory import DictionaryDeclaration, item
from kit.directory.calendar import HOLIDAY_CODE, REST, WORK

_NOTICE_2026 = "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）"
_REGULATION = "全国年节及纪念日放假办法（2024年修订，国务院令第795号）第二条"
_PROVISIONAL = f"暂定：{_REGULATION}的法定节日本日；2027年放假调休通知发布后按通知修改"

# (festival, first day, last day, days of the weekend on which people work in return)
_2026: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("元旦", "2026-01-01", "2026-01-03", ("2026-01-04",)),
    ("春节", "2026-02-15", "2026-02-23", ("2026-02-14", "2026-02-28")),
    ("清明节", "2026-04-04", "2026-04-06", ()),
    ("劳动节", "2026-05-01", "2026-05-05", ("2026-05-09",)),
    ("端午节", "2026-06-19", "2026-06-21", ()),
    ("中秋节", "2026-09-25", "2026-09-27", ()),
    ("国庆节", "2026-10-01", "2026-10-07", ("2026-09-20", "2026-10-10")),
)

# The statutory days by the calendar; which further days are exchanged is not known before the notice.
_2027: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("元旦", "2027-01-01", "2027-01-01", ()),
    ("春节", "2027-02-05", "2027-02-08", ()),
    ("清明节", "2027-04-05", "2027-04-05", ()),
    ("劳动节", "2027-05-01", "2027-05-02", ()),
    ("端午节", "2027-06-09", "2027-06-09", ()),
    ("中秋节", "2027-09-15", "2027-09-15", ()),
    ("国庆节", "2027-10-01", "2027-10-03", ()),
)


def _days(
    festivals: tuple[tuple[str, str, str, tuple[str, ...]], ...], basis: str, provisional: bool = False
) -> Iterator[DictionaryItemFact]:
    for festival, first, last, worked in festivals:
        day, stop = date.fromisoformat(first), date.fromisoformat(last)
        while day <= stop:
            yield _day(day, f"{festival}放假", REST, festival, basis, provisional)
            day += timedelta(days=1)
        for text in worked:
            yield _day(date.fromisoformat(text), f"{festival}调休上班", WORK, festival, basis, provisional)


def _day(day: date, words: str, kind: str, festival: str, basis: str, provisional: bool) -> DictionaryItemFact:
    fact = item(
        day.isoformat(),
        f"{day.isoformat()} {words}",
        color="red" if kind == REST else "blue",
        kind=kind,
        festival=festival,
        basis=basis,
    )
    # By the calendar, whichever year is declared first.
    sort = day.toordinal() - date(2020, 1, 1).toordinal()
    ext = {**fact.ext, **({"provisional": True} if provisional else {})}
    return fact.model_copy(update={"sort": sort, "ext": ext})


HOLIDAYS = DictionaryDeclaration(
    code=HOLIDAY_CODE,
    name="节假日和调休",
    items=(*_days(_2026, _NOTICE_2026), *_days(_2027, _PROVISIONAL, provisional=True)),
)
