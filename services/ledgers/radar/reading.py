"""What the radar answers: pages, sums for calendar and departments, a workbook."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory.tables import DirectoryDepartment
from kit.errors import Invalid
from kit.excel import Column, export
from services.ledgers.catalogue import BY_SLUG
from services.ledgers.expiry import ORANGE_DAYS, RED_DAYS, level_of
from services.ledgers.radar.due import Wanted, readable, seen_by
from services.ledgers.titles import titles_of

MOST_ROWS = 20_000
LEVELS = {"overdue": "已超期", "red": "7 天内", "orange": "30 天内", "yellow": "30 天以上"}
OTHER_TITLES = {"documents": "资料", "dangers": "隐患整改"}
Row = dict[str, Any]


class Radar:
    """The due dates of one person on one day."""

    def __init__(self, session: Session, who: Principal, wanted: Wanted, on: date) -> None:
        self.session = session
        self.who = who
        self.on = on
        self.due = seen_by(who, wanted, on).subquery("due")

    def page(self, page: int, size: int) -> dict[str, Any]:
        """One page of the list, the most urgent first."""
        total = self.session.scalar(select(func.count()).select_from(self.due)) or 0
        return {"items": list(self.rows((page - 1) * size, size)), "total": total, "page": page, "size": size}

    def rows(self, skip: int, most: int) -> Iterator[Row]:
        """Rows as the API shows them."""
        c = self.due.c
        query = (
            select(self.due, DirectoryDepartment.name.label("dept_name"))
            .join(DirectoryDepartment, DirectoryDepartment.id == c.dept_id, isouter=True)
            .order_by(c.due_on, c.source, c.id, c.field)
            .offset(skip)
            .limit(most)
        )
        titles: dict[str, Callable[[Sequence[Any]], str]] = {}
        for row in self.session.execute(query).mappings():
            left = (row["due_on"] - self.on).days
            yield {
                "source": row["source"],
                "source_title": self._source_title(row["source"]),
                "id": str(row["id"]),
                "path": f"{row['path']}/{row['id']}",
                "title": self._title(titles, row["source"], row["words"]),
                "person": row["person"],
                "dept_id": str(row["dept_id"]),
                "dept_name": row["dept_name"],
                "field": row["field"],
                "label": row["label"],
                "due_on": row["due_on"].isoformat(),
                "remaining": left,
                "level": level_of(left),
            }

    def _title(self, known: dict[str, Callable[[Sequence[Any]], str]], source: str, words: Sequence[Any]) -> str:
        if source not in BY_SLUG:
            return " ".join(str(word) for word in words)
        row_class = BY_SLUG[source]
        if source not in known:
            known[source] = titles_of(self.session, row_class)
        # JSON has no days.
        kinds = [row_class.fields[key].kind for key in row_class.ledger.row_title]
        return known[source](
            [date.fromisoformat(w) if kind == "day" and w else w for kind, w in zip(kinds, words, strict=True)]
        )

    @staticmethod
    def _source_title(source: str) -> str:
        return BY_SLUG[source].ledger.title if source in BY_SLUG else OTHER_TITLES.get(source, source)

    def summary(self) -> dict[str, Any]:
        """How many by level, source, department and day: what calendar and overview are drawn from."""
        c = self.due.c
        counted = self.session.execute(
            select(c.source, c.dept_id, c.due_on, func.count()).group_by(c.source, c.dept_id, c.due_on)
        ).all()
        levels, sources, days = Counter[str](), Counter[str](), Counter[date]()
        departments: dict[UUID, Counter[str]] = {}
        for source, dept_id, due_on, count in counted:
            level = level_of((due_on - self.on).days)
            levels[level] += count
            sources[source] += count
            days[due_on] += count
            departments.setdefault(dept_id, Counter())[level] += count
        names = {
            id_: (name, path)
            for id_, name, path in self.session.execute(
                select(DirectoryDepartment.id, DirectoryDepartment.name, DirectoryDepartment.path).where(
                    DirectoryDepartment.id.in_(departments)
                )
            )
        }
        return {
            "on": self.on.isoformat(),
            "total": levels.total(),
            "levels": [{"level": level, "title": title, "count": levels[level]} for level, title in LEVELS.items()],
            "sources": [
                {"source": source, "title": self._source_title(source), "count": count}
                for source, count in sources.most_common()
            ],
            "departments": sorted(
                (
                    {"id": str(id_), "name": names.get(id_, ("", ""))[0], "count": counts.total(), **_by_level(counts)}
                    for id_, counts in departments.items()
                ),
                key=lambda entry: names.get(UUID(entry["id"]), ("", ""))[1],
            ),
            "days": [{"day": day.isoformat(), "count": count} for day, count in sorted(days.items())],
            "choices": [
                {"source": row_class.ledger.slug, "title": row_class.ledger.title} for row_class in readable(self.who)
            ],
        }

    def people(self, page: int, size: int) -> dict[str, Any]:
        """How many each person has, by level, those with the most that is overdue first. Two people of one name are told
        apart by their departments; what nobody's name stands beside is one line without a name."""
        c, department = self.due.c, DirectoryDepartment.__table__.c
        levels = [func.count().filter(condition).label(level) for level, condition in self._between(c.due_on).items()]
        counted = (
            select(c.person, c.dept_id, func.count().label("count"), *levels).group_by(c.person, c.dept_id).subquery()
        )
        query = (
            select(counted, department.name.label("dept_name"))
            .join(DirectoryDepartment, department.id == counted.c.dept_id, isouter=True)
            .order_by(*(counted.c[level].desc() for level in LEVELS), counted.c.person, counted.c.dept_id)
            .offset((page - 1) * size)
            .limit(size)
        )
        items = [{**row, "dept_id": str(row["dept_id"])} for row in map(dict, self.session.execute(query).mappings())]
        total = self.session.scalar(select(func.count()).select_from(counted)) or 0
        return {"items": items, "total": total, "page": page, "size": size}

    def _between(self, due: ColumnElement[date]) -> dict[str, ColumnElement[bool]]:
        """The levels as conditions; the same bounds as `level_of`."""
        soon, later = self.on + timedelta(days=RED_DAYS), self.on + timedelta(days=ORANGE_DAYS)
        return {
            "overdue": due < self.on,
            "red": due.between(self.on, soon),
            "orange": and_(due > soon, due <= later),
            "yellow": due > later,
        }

    def write(self, target: BinaryIO) -> int:
        """A workbook of the list; how many rows it has."""
        rows = list(self.rows(0, MOST_ROWS + 1))
        if len(rows) > MOST_ROWS:
            raise Invalid(f"导出不能超过 {MOST_ROWS:,} 行，请先缩小查询范围", code="too_many_rows")
        export.write(target, "到期雷达", COLUMNS, _cells(rows))
        return len(rows)


def _by_level(counts: Counter[str]) -> dict[str, int]:
    return {level: counts[level] for level in LEVELS}


COLUMNS = (
    Column("due_on", "到期日期", date=True, width=12),
    Column("remaining", "剩余天数", width=10),
    Column("level", "紧急程度", width=12),
    Column("source_title", "台账", width=30, text=True),
    Column("title", "名称", width=44, text=True),
    Column("label", "到期事项", width=18, text=True),
    Column("person", "人员", width=12, text=True),
    Column("dept_name", "部门", width=18, text=True),
)


def _cells(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    for row in rows:
        cells = {**row, "due_on": date.fromisoformat(row["due_on"]), "level": LEVELS[row["level"]]}
        yield {
            column.title: export.guarded(cells[column.key]) if column.text and cells[column.key] else cells[column.key]
            for column in COLUMNS
        }
