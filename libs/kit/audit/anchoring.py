"""Once a day the head of the chain is told to witnesses outside the database: a file in a folder of the operator's choice,
and, through documents, an object that the store refuses to remove. Whoever rewrites the chain or cuts its end off, with
whatever rights in the database, contradicts them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit.audit.chain import head
from kit.audit.tables import AuditAnchor
from kit.db.clock import now

OWN_COPY = "数据库内副本"


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a witness keeps: at this moment the link at `position` had this hash."""

    service: str
    position: int
    hash: str
    at: str
    source: str = ""

    def line(self) -> str:
        """As it is written down."""
        return json.dumps({key: value for key, value in asdict(self).items() if key != "source"})


def drop_anchor(session: Session, service: str, folder: Path | None) -> Anchor | None:
    """The present head, written down here and, where `folder` is given, there; None when there is no link yet. Telling the
    object store is the caller's matter, by an event in the same transaction."""
    last = head(session, service)
    if last.position == 0:
        return None
    anchor = Anchor(service, last.position, last.hash.hex(), now().isoformat(timespec="seconds"))
    session.execute(
        insert(AuditAnchor).values(position=last.position, hash=last.hash, at=anchor.at).on_conflict_do_nothing()
    )
    if folder is not None:
        # Before the commit: what the file says is true already, for the links have been committed.
        _append(folder / f"{service}.jsonl", anchor.line())
    return anchor


def _append(file: Path, line: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        os.write(descriptor, f"{line}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def parse(text: str, source: str) -> Anchor:
    """An anchor as a witness gives it back; ValueError when it is none."""
    try:
        found: Any = json.loads(text)
        anchor = Anchor(str(found["service"]), int(found["position"]), str(found["hash"]), str(found["at"]), source)
        if anchor.position < 1 or len(bytes.fromhex(anchor.hash)) != 32:
            raise ValueError
        datetime.fromisoformat(anchor.at)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{source}：不是有效的锚点记录") from error
    return anchor


def from_file(file: Path) -> Iterator[Anchor]:
    """The anchors of a file with one to a line."""
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield parse(line, f"{file.name} 第 {number} 行")


def from_database(session: Session, service: str) -> Iterable[Anchor]:
    """Our own copy; it proves nothing by itself, since it stands where the chain stands."""
    for row in session.scalars(select(AuditAnchor).order_by(AuditAnchor.position)):
        yield Anchor(service, row.position, row.hash.hex(), row.at.isoformat(timespec="seconds"), OWN_COPY)
