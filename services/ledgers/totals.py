"""Exact sums over a list, by department, item or year: `GET /api/ledgers/{slug}/totals?by=dept_id&…` for every ledger that
declares `totals`. The list's own filters, search and data scope hold, so that the sums are those of what is shown."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import dictionary
from kit.directory.tables import DirectoryDepartment
from kit.errors import FieldError, Invalid, NotFound
from kit.http.principal import CurrentPrincipal, require
from kit.http.session import SessionDep
from services.ledgers.importing.target import known_ledger
from services.ledgers.ledger import LedgerRow, Totals
from services.ledgers.reading import RowReader, params_of

router = APIRouter(prefix="/api/ledgers", tags=["合计"])


class GroupOut(BaseModel):
    """The rows of one department, item or year. Sums are exact decimals, and therefore texts."""

    key: str | None
    label: str
    count: int
    sums: dict[str, str]


class TotalsOut(BaseModel):
    """Sums by group, and of all."""

    by: str
    titles: dict[str, str] = Field(description="the summed fields' titles by key")
    items: list[GroupOut]
    total: GroupOut


By = Annotated[str | None, Query(max_length=64, description="分组字段，默认按部门")]


@router.get("/{slug}/totals", dependencies=[require("ledgers:{slug}:read")], summary="合计")
def totals(slug: str, request: Request, session: SessionDep, who: CurrentPrincipal, by: By = None) -> TotalsOut:
    """Counts and sums of the rows that the list with the same parameters has."""
    row_class = known_ledger(slug)
    declared = row_class.ledger.totals
    if declared is None:
        raise NotFound
    key = by or declared.by[0]
    if key not in declared.by:
        message = f"可按以下字段合计：{'、'.join(row_class.fields[one].title for one in declared.by)}"
        raise Invalid(message, errors=[FieldError(("query", "by"), "unknown_group", message)])
    return _totals(session, who, row_class, declared, key, request.query_params.multi_items())


def _totals(
    session: Session, who: Principal, row_class: type[LedgerRow], declared: Totals, key: str, params: Any
) -> TotalsOut:
    reader = RowReader(row_class, who)
    query = params_of(row_class).read(params, also=("by", "page", "size", "sort"))
    c = reader.table.c
    sums = [cast(func.coalesce(func.sum(c[one]), 0), Text) for one in declared.sums]
    statement = select(c[key], func.grouping(c[key]), func.count(), *sums).where(*reader.where(query))
    # One look at the rows for the groups and for all of them; `grouping` tells the row of all from a blank group.
    rows = session.execute(statement.group_by(func.grouping_sets(c[key], ())).order_by(c[key]), query.values).all()
    labels = _labels(session, row_class, key)
    items, everything = [], GroupOut(key=None, label="合计", count=0, sums=dict.fromkeys(declared.sums, "0"))
    for value, of_all, count, *amounts in rows:
        named = dict(zip(declared.sums, amounts, strict=True))
        if of_all:
            everything = GroupOut(key=None, label="合计", count=count, sums=named)
        else:
            label = "未填" if value is None else labels.get(str(value), str(value))
            items.append(GroupOut(key=None if value is None else str(value), label=label, count=count, sums=named))
    # In the order of the dictionary or the tree rather than of codes and ids.
    place = {name: number for number, name in enumerate(labels)}
    items.sort(key=lambda item: place.get(item.key or "", len(place)))
    titles = {one: row_class.fields[one].title for one in declared.sums}
    return TotalsOut(by=key, titles=titles, items=items, total=everything)


def _labels(session: Session, row_class: type[LedgerRow], key: str) -> dict[str, str]:
    spec = row_class.fields[key]
    if spec.dictionary:
        return {item.value: item.label for item in dictionary(session, spec.dictionary)}
    if spec.kind == "department":
        rows = session.execute(
            select(DirectoryDepartment.id, DirectoryDepartment.name).order_by(
                DirectoryDepartment.sort, DirectoryDepartment.code
            )
        )
        return {str(id_): name for id_, name in rows}
    return {}
