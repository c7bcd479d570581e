"""How many days ahead each date of each ledger warns: a dictionary, so that a company changes it without a release. What an item
of a ledger's own dictionary says (a kind of certificate), or a row, goes before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kit.directory import DictionaryDeclaration, item
from kit.directory.tables import DirectoryDictionaryItem
from services.ledgers.catalogue import LEDGERS
from services.ledgers.ledger import Expiry, LedgerRow

CODE = "ledger_warn_days"
_FURTHEST = 3650


def declaration() -> DictionaryDeclaration:
    """One item for each date that warns, with what its ledger declares."""
    return DictionaryDeclaration(
        code=CODE,
        name="台账预警天数",
        editable=False,
        items=tuple(
            item(
                _key(row_class, expiry),
                f"{row_class.ledger.title}：{row_class.fields[expiry.field].title}",
                warn_days=list(expiry.warn_days),
                basis="系统默认，可按企业制度修改，清空则恢复系统默认；证书类型、设备种类等字典另有规定的从其规定",
            )
            for row_class in LEDGERS
            for expiry in row_class.ledger.expiry
        ),
    )


def of_ledger(items: Iterable[DirectoryDictionaryItem], row_class: type[LedgerRow], expiry: Expiry) -> Sequence[int]:
    """The thresholds of a date, the furthest first, by the `items` of the dictionary; what the ledger declares where these
    have nothing usable."""
    key = _key(row_class, expiry)
    for one in items:
        if one.value == key and one.enabled:
            return usable(one.ext.get("warn_days")) or expiry.warn_days
    return expiry.warn_days


def usable(days: object) -> list[int] | None:
    """Days as a dictionary has them, if they are some."""
    if isinstance(days, list) and days and all(isinstance(n, int) and 0 <= n <= _FURTHEST for n in days):
        return days
    return None


def _key(row_class: type[LedgerRow], expiry: Expiry) -> str:
    return f"{row_class.__tablename__}.{expiry.field}"
