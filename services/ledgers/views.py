"""How a person has set up the list of a ledger: named views (filters, order, columns), one of them the default, and the
columns beside any view. On the server, so that they are there on every machine; a person's own, so nobody sees another's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Index, UniqueConstraint, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from contracts.principal import Principal
from kit import audit
from kit.audit.duty import unaudited
from kit.db import now
from kit.errors import Conflict, FieldError, Invalid, NotFound
from kit.http.principal import CurrentPrincipal, require
from kit.http.session import SessionDep
from services.ledgers.importing.target import known_ledger
from services.ledgers.ledger import LedgerRow
from services.ledgers.models import Base
from services.ledgers.reading import params_of

MOST_VIEWS = 20
_Key = Annotated[str, StringConstraints(min_length=1, max_length=63)]


class SavedView(Base):
    """A named view of one person on one ledger."""

    __tablename__ = "saved_view"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    ledger: Mapped[str]
    name: Mapped[str]
    settings: Mapped[Any] = mapped_column(JSONB)
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("user_id", "ledger", "name", deferrable=True, initially="DEFERRED"),
        Index("uq_saved_view_default", "user_id", "ledger", unique=True, postgresql_where=text("is_default")),
    )


class ListColumns(Base):
    """The columns that a person shows of a ledger."""

    __tablename__ = "list_columns"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    ledger: Mapped[str] = mapped_column(primary_key=True)
    settings: Mapped[Any] = mapped_column(JSONB)


class Columns(BaseModel):
    """Which fields are shown, in order; how many of the first stay while scrolling; widths that were changed."""

    model_config = ConfigDict(extra="forbid")

    shown: Annotated[list[_Key], Field(min_length=1, max_length=200)]
    frozen: Annotated[int, Field(ge=0, le=10)] = 1
    widths: dict[_Key, Annotated[int, Field(ge=40, le=1000)]] = {}


class ViewSettings(BaseModel):
    """What a view keeps: the list's query without its page, and the columns."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(max_length=100)] = ""
    filters: dict[Annotated[str, StringConstraints(max_length=80)], Annotated[str, Field(max_length=4000)]] = {}
    sort: Annotated[str, Field(max_length=200)] = ""
    size: Annotated[int, Field(ge=1, le=200)] = 20
    columns: Columns | None = None


class ViewIn(BaseModel):
    """A view as it is saved. The id is the client's, so that saving twice is saving once."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=30)]
    settings: ViewSettings
    is_default: bool = False


class ViewOut(ViewIn):
    """A saved view."""

    id: UUID
    updated_at: datetime


class Views(BaseModel):
    """A person's views of a ledger, by name, and their columns; null where they never set any."""

    items: list[ViewOut]
    columns: Columns | None


router = APIRouter(prefix="/api/ledgers/{slug}", tags=["列表视图"])
MAY_READ = require("ledgers:{slug}:read")


@router.get("/views", dependencies=[MAY_READ], summary="我的视图")
def list_views(slug: str, session: SessionDep, who: CurrentPrincipal) -> Views:
    """One's own views and columns."""
    known_ledger(slug)
    rows = session.scalars(select(SavedView).where(*_own(who, slug)).order_by(SavedView.name))
    columns = session.get(ListColumns, (who.user_id, slug))
    return Views(
        items=[_out(row) for row in rows], columns=Columns.model_validate(columns.settings) if columns else None
    )


@router.put("/views/{id}", dependencies=[MAY_READ], summary="保存视图")
def save_view(
    slug: str, id: UUID, body: Annotated[ViewIn, Body()], session: SessionDep, who: CurrentPrincipal
) -> ViewOut:
    """Makes or changes a view; at most 20 for each ledger."""
    row_class = known_ledger(slug)
    check(row_class, body.settings)
    # One person saves from two windows: the second waits, and then counts right.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"views:{who.user_id}:{slug}", 0))))
    row = session.get(SavedView, id)
    if row is not None and (row.user_id, row.ledger) != (who.user_id, slug):
        raise NotFound
    others = session.scalars(select(SavedView).where(*_own(who, slug), SavedView.id != id)).all()
    if any(other.name == body.name for other in others):
        raise Conflict(f"已有名为“{body.name}”的视图", code="name_taken")
    if body.is_default:
        session.execute(update(SavedView).where(*_own(who, slug), SavedView.id != id).values(is_default=False))
    if row is None:
        if len(others) >= MOST_VIEWS:
            raise Conflict(f"每个台账最多保存 {MOST_VIEWS} 个视图，请先删除不用的", code="too_many_views")
        row = SavedView(id=id, user_id=who.user_id, ledger=slug)
        session.add(row)
    row.name, row.settings, row.is_default = body.name, body.settings.model_dump(mode="json"), body.is_default
    row.updated_at = now()
    session.flush()
    audit.record(session, who, "view.save", f"ledger:{slug}", id, after={"name": body.name})
    return _out(row)


@router.delete("/views/{id}", dependencies=[MAY_READ], summary="删除视图", status_code=204, response_class=Response)
def delete_view(slug: str, id: UUID, session: SessionDep, who: CurrentPrincipal) -> Response:
    """Deletes a view; one that is not there, or not one's own, is 404."""
    known_ledger(slug)
    gone = session.scalar(delete(SavedView).where(*_own(who, slug), SavedView.id == id).returning(SavedView.name))
    if gone is None:
        raise NotFound
    audit.record(session, who, "view.delete", f"ledger:{slug}", id, before={"name": gone})
    return Response(status_code=204)


OWN_SCREEN = unaudited("nothing but the person's own screen changes")


@router.put("/columns", dependencies=[MAY_READ, OWN_SCREEN], summary="保存列设置")
def save_columns(slug: str, body: Annotated[Columns, Body()], session: SessionDep, who: CurrentPrincipal) -> Columns:
    """The columns that this person shows."""
    _check_columns(known_ledger(slug), body)
    values = {"user_id": who.user_id, "ledger": slug, "settings": body.model_dump(mode="json")}
    statement = insert(ListColumns).values(values)
    session.execute(
        statement.on_conflict_do_update(index_elements=["user_id", "ledger"], set_={"settings": values["settings"]})
    )
    return body


def check(row_class: type[LedgerRow], settings: ViewSettings) -> None:
    """Refuses a view that the list itself would refuse."""
    query = list(settings.filters.items())
    if settings.q:
        query.append(("q", settings.q))
    if settings.sort:
        query.append(("sort", settings.sort))
    for key in ("page", "size"):
        if key in settings.filters:
            raise Invalid(
                "视图不保存页码", errors=[FieldError(("body", "settings", "filters", key), "unknown_field", "不能保存")]
            )
    params_of(row_class).read(query)
    if settings.columns is not None:
        _check_columns(row_class, settings.columns)


def _check_columns(row_class: type[LedgerRow], columns: Columns) -> None:
    unknown = [key for key in (*columns.shown, *columns.widths) if key not in row_class.fields]
    if unknown:
        message = f"没有这些字段：{'、'.join(unknown[:10])}"
        raise Invalid(message, errors=[FieldError(("body", "shown"), "unknown_field", message)])


def _own(who: Principal, slug: str) -> tuple[Any, ...]:
    return SavedView.user_id == who.user_id, SavedView.ledger == slug


def _out(row: SavedView) -> ViewOut:
    return ViewOut(
        id=row.id, name=row.name, settings=ViewSettings.model_validate(row.settings), is_default=row.is_default,
        updated_at=row.updated_at,
    )  # fmt: skip


__all__ = ["ListColumns", "SavedView", "router"]
