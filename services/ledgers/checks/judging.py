"""Whether one certificate is good from the first day of something to the last. The one judgement of it: permits ask it for the
time of the work (certificates.py), 缺证 asks it for today (services.ledgers.enquiry.missing)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, func, literal

from services.ledgers.certificate_fields import REVIEWED
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import table_of

State = Literal[
    "valid", "review_overdue", "not_yet_valid", "expired", "cancelled", "missing", "unknown_person"
]  # the better ones first: of several certificates the best counts
RANK: tuple[State, ...] = ("valid", "review_overdue", "not_yet_valid", "expired", "cancelled")
WORDS: dict[State, str] = {
    "valid": "证书有效",
    "review_overdue": "复审逾期或不合格",
    "not_yet_valid": "证书尚未生效",
    "expired": "证书已过期或有效期不足",
    "cancelled": "证书已注销",
    "missing": "未登记该项证书",
    "unknown_person": "无法确定人员，请改用身份证号核验",
}
# The narrowest first: what an item is called comes before its class and its kind of certificate.
FIELDS = ("item", "category", "cert_type")


class Judged(NamedTuple):
    """`on` is the date that decides: the end of the validity, the day of the cancellation, the day of the review."""

    state: State
    message: str
    on: date | None


def columns(row_class: type[LedgerRow], start: date) -> list[ColumnElement[Any]]:
    """What `judged` reads of a row, under one set of names for all certificate ledgers."""
    c = table_of(row_class).c
    reviewed = "review_date" in row_class.fields
    return [
        c.issue_date, c.valid_from, c.valid_to, c.cancelled_on,
        (c.review_date if reviewed else literal(None)).label("review_date"),
        (REVIEWED.sql(c, start) if reviewed else literal(True)).label("reviewed"),
        ((func.coalesce(c.review_result, "") == "failed") if reviewed else literal(False)).label("failed"),
    ]  # fmt: skip


def judged(row: Mapping[Any, Any], start: date, until: date) -> Judged:
    """The state of a row that has the `columns`, and a sentence about it."""
    begins, ends, review = row["valid_from"] or row["issue_date"], row["valid_to"], row["review_date"]
    if row["cancelled_on"] is not None:
        return Judged("cancelled", f"证书已于 {row['cancelled_on']} 注销", row["cancelled_on"])
    if ends is not None and ends < until:
        short = "，不足以覆盖作业时间" if ends >= start else ""
        return Judged("expired", f"证书有效期至 {ends}{short}", ends)
    if begins > start:
        return Judged("not_yet_valid", f"证书自 {begins} 起生效", begins)
    if row["failed"]:
        return Judged("review_overdue", "证书复审不合格", review)
    if review is not None and review < until and not row["reviewed"]:
        return Judged("review_overdue", f"证书应于 {review} 前复审，未登记复审合格", review)
    return Judged("valid", f"证书有效期至 {ends}" if ends is not None else "证书长期有效", ends)


def better(state: State, expires_on: date | None) -> tuple[int, int]:
    """The order of certificates of one person: the best first, of two alike the one that is good for longer."""
    return RANK.index(state), -(expires_on or date.max).toordinal()
