"""Recomputes a service's chain from the rows and compares: with the links, with the MACs, with the anchors. Reads as a stream;
of a million rows it holds a few thousand at a time."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence

from sqlalchemy import Row, Select, func, select, text
from sqlalchemy.orm import Session

from kit.audit import canonical
from kit.audit.anchoring import Anchor
from kit.audit.findings import Report
from kit.audit.tables import AuditChain, AuditLog, AuditPending

_PORTION = 2000


def verify(
    session: Session,
    service: str,
    *,
    keys: Sequence[bytes] = (),
    anchors: Iterable[Anchor] = (),
    last: int | None = None,
) -> Report:
    """Checks the whole trail, or its `last` links (then without rows that are on no link). `keys` are those of the MACs;
    without any they are not looked at."""
    # One moment for all the statements: rows are written and sealed meanwhile.
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    report = Report(service, signed=bool(keys))
    witnesses: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        if anchor.service == service:
            witnesses.setdefault(anchor.position, []).append(anchor)
            report.anchors += 1
    top = session.scalar(select(func.max(AuditChain.position))) or 0
    first = 1 if last is None else max(1, top - last + 1)
    _walk(session, report, keys, witnesses, first)
    if last is None:
        _strays(session, report)
        report.rows = session.scalar(select(func.count()).select_from(AuditLog)) or 0
    report.waiting = session.scalar(select(func.count()).select_from(AuditPending)) or 0
    for position in sorted(position for position in witnesses if position > report.position):
        for anchor in witnesses[position]:
            report.add("cut_off", f"第 {position} 位，锚点 {anchor.at}，{anchor.source}；现在链长 {report.position}")
    return report


def _walk(
    session: Session, report: Report, keys: Sequence[bytes], witnesses: dict[int, list[Anchor]], first: int
) -> None:
    before = canonical.genesis(report.service)
    if first > 1:
        before = session.scalar(select(AuditChain.hash).where(AuditChain.position == first - 1)) or b""
    expected = first
    result = session.execute(_links(first), execution_options={"yield_per": _PORTION})
    for portion in result.partitions():
        for row in portion:
            gap = row.position != expected
            if gap:
                report.add("gap", f"第 {expected} 至 {row.position - 1} 位")
            _check(report, keys, row, None if gap else before)
            for anchor in witnesses.get(row.position, ()):
                if anchor.hash != row.hash.hex():
                    report.add("rewritten", f"第 {row.position} 位，锚点 {anchor.at}，{anchor.source}")
            # The stored hash goes on: one changed row is one finding, and not all that come after it.
            before, expected = row.hash, row.position + 1
            report.rows += row.id is not None
    report.position, report.head = expected - 1, before.hex()


def _links(first: int) -> Select[tuple[object, ...]]:
    return (
        select(
            AuditChain.position,
            AuditChain.audit_id,
            AuditChain.hash,
            *[getattr(AuditLog, name) for name in canonical.CONTENT],
            AuditLog.mac,
        )
        .outerjoin(AuditLog, AuditLog.id == AuditChain.audit_id)
        .where(AuditChain.position >= first)
        .order_by(AuditChain.position)
    )


def _check(report: Report, keys: Sequence[bytes], row: Row[tuple[object, ...]], before: bytes | None) -> None:
    where = f"第 {row.position} 位，编号 {row.audit_id}"
    if row.id is None:
        report.add("removed", where)
        return
    named = f"{where}，{row.at:%Y-%m-%d %H:%M:%S} UTC，{row.action}"
    spelled = canonical.content(row[3:-1])
    if before is not None and canonical.link(before, spelled, row.mac) != row.hash:
        report.add("changed", named)
    if keys:
        if row.mac is None:
            report.add("unsigned", named)
        elif not any(hmac.compare_digest(canonical.mac(key, spelled), row.mac) for key in keys):
            report.add("forged", named)


def _strays(session: Session, report: Report) -> None:
    """Rows that no link holds and that do not wait for one, and what waited for one and is gone."""
    on_chain = select(AuditChain.position).where(AuditChain.audit_id == AuditLog.id).exists()
    noted = select(AuditPending.audit_id).where(AuditPending.audit_id == AuditLog.id).exists()
    stray = select(AuditLog.id, AuditLog.at, AuditLog.action).where(~on_chain, ~noted).order_by(AuditLog.id)
    for portion in session.execute(stray, execution_options={"yield_per": _PORTION}).partitions():
        for row in portion:
            report.add("inserted", f"编号 {row.id}，{row.at:%Y-%m-%d %H:%M:%S} UTC，{row.action}")
    there = select(AuditLog.id).where(AuditLog.id == AuditPending.audit_id).exists()
    for audit_id in session.scalars(select(AuditPending.audit_id).where(~there).order_by(AuditPending.audit_id)):
        report.add("removed_unsealed", f"编号 {audit_id}")
