"""缺证 (domain.md 6.3): who lacks a certificate that their post requires, or holds it no longer.

Whether a certificate is good is the judgement that permits ask for (checks/judging.py), for today. As there, a good one counts
wherever in the company it is registered; of one that is not good any more, nothing is told outside the asker's scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ARRAY, Text, any_, func, literal, or_, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import departments, scope_clause
from kit.sealing import fingerprint, keyring, sealed_type
from services.ledgers.catalogue import CERTIFICATES
from services.ledgers.checks.judging import WORDS, Judged, State, better, columns, judged
from services.ledgers.enquiry.posts import Need, Post, Posts, Term
from services.ledgers.enquiry.staff import Duty, Person, people
from services.ledgers.reading import departments_under, table_of

UNSURE = "本部门有同名人员，无法确定是谁的证书，请核对姓名、部门和身份证号"
Held = dict[tuple[str, Term], list[tuple[Judged, bool]]]


@dataclass(frozen=True)
class Wanted:
    """Of whom: of a department and what is below it, by a part of the name or a whole number; in which post, lacking how."""

    department: UUID | None = None
    q: str | None = None
    post: str | None = None
    state: State | None = None


class Named(BaseModel):
    """Something with a name."""

    id: str
    name: str


class Asked(BaseModel):
    """A certificate that would do, and the ledger in which it is registered."""

    label: str
    ledger: str
    title: str


class Lack(BaseModel):
    """One requirement that one person does not meet. `key` tells it from the others; `ref` leads to the person's
    certificates, if they have any; `certificates` are those of which one is needed; `on` is the date that decides."""

    key: str
    ref: dict[str, str] | None
    name: str
    department: Named
    post: str
    certificates: list[Asked]
    state: State
    message: str
    on: date | None
    basis: str | None


class Missing:
    """What the people whom one may see lack today."""

    def __init__(self, session: Session, who: Principal, on: date) -> None:
        self.session, self.who, self.on = session, who, on
        self.posts = Posts(session)
        self.order = {row.id: (place, row.name) for place, row in enumerate(departments(session))}

    def of(self, wanted: Wanted) -> list[Lack]:
        """All of it, in the order of the departments' tree."""
        below = None
        if wanted.department is not None:
            below = set(self.session.scalars(departments_under(literal(wanted.department))))
        staff = [
            person
            for person in people(self.session, self.who, self.posts)
            if (below is None or person.dept_id in below)
            and (wanted.q is None or wanted.q in person.name or person.number == _hash(wanted.q))
        ]
        return self._lacks(staff, wanted)

    def of_number(self, number: str) -> list[Lack]:
        """What one person lacks; `number` is the hash of their identity number."""
        return self._lacks(people(self.session, self.who, self.posts, number), Wanted())

    def choices(self) -> list[Post]:
        """The posts that require something."""
        return list(self.posts.all.values())

    def _lacks(self, staff: Sequence[Person], wanted: Wanted) -> list[Lack]:
        held = self._held({person.number for person in staff if person.number is not None})
        found = []
        for person in sorted(staff, key=lambda one: (self.order.get(one.dept_id, (0, ""))[0], one.name, one.key)):
            for place, (duty, need) in enumerate(_needs(person)):
                answer = _answer(person, need, held)
                if answer is None or wanted.state not in (None, answer.state):
                    continue
                if wanted.post in (None, duty.post.value):
                    found.append(self._lack(person, duty, need, answer, place))
        return found

    def _lack(self, person: Person, duty: Duty, need: Need, answer: Judged, place: int) -> Lack:
        return Lack(
            key=f"{person.key}:{place}",
            ref={"ledger": person.ref[0], "id": str(person.ref[1])} if person.ref else None,
            name=person.name,
            department=Named(id=str(person.dept_id), name=self.order.get(person.dept_id, (0, ""))[1]),
            post=duty.text,
            certificates=[
                Asked(label=term.label, ledger=term.slug, title=term.row_class.ledger.title) for term in need
            ],
            state=answer.state,
            message=answer.message,
            on=answer.on,
            basis=duty.post.basis,
        )

    def _held(self, numbers: set[str]) -> Held:
        """What these people have of what is asked for, judged for today."""
        found: Held = defaultdict(list)
        asked = self.posts.terms
        for row_class in CERTIFICATES:
            terms = [term for term in asked if term.row_class is row_class]
            if not terms or not numbers:
                continue
            c = table_of(row_class).c
            right = f"ledgers:{row_class.ledger.slug}:read"
            seen = scope_clause(self.who.narrowed(right), c.dept_id, c.created_by)
            keys = sorted({term.field for term in terms})
            query = select(
                fingerprint(c.id_number).label("number"), *(c[key] for key in keys), *columns(row_class, self.on),
                seen.label("seen"),
            ).where(
                c.deleted_at.is_(None),
                # Somebody who has left holds nothing here, as in checks/certificates.py.
                func.coalesce(c.employment, "") != "left",
                fingerprint(c.id_number) == any_(literal(sorted(numbers), ARRAY(Text))),
                or_(*(c[key].in_([term.value for term in terms if term.field == key]) for key in keys)),
            )  # fmt: skip
            by_value = {(term.field, term.value): term for term in terms}
            for row in self.session.execute(query).mappings():
                answer = judged(row, self.on, self.on)
                for key in keys:
                    if (term := by_value.get((key, row[key]))) is not None:
                        found[row["number"], term].append((answer, row["seen"]))
        return found


def _needs(person: Person) -> list[tuple[Duty, Need]]:
    """What somebody's posts require, each requirement once, of the ledgers that the asker may see of them."""
    found: dict[Need, Duty] = {}
    for duty in person.duties:
        for need in duty.post.needs:
            if {term.slug for term in need} <= duty.reached:
                found.setdefault(need, duty)
    return [(duty, need) for need, duty in found.items()]


def _answer(person: Person, need: Need, held: Held) -> Judged | None:
    """How a requirement is not met; None when it is."""
    if person.unsure:
        return Judged("unknown_person", UNSURE, None)
    every = [one for term in need for one in held.get((person.number or "", term), ())]
    if any(answer.state == "valid" for answer, _ in every):
        return None
    seen = [answer for answer, visible in every if visible]
    nothing = Judged("missing", WORDS["missing"], None)
    return min(seen, key=lambda one: better(one.state, one.on), default=nothing)


def _hash(number: str) -> str:
    purpose: Any = sealed_type(table_of(CERTIFICATES[0]).c.id_number).purpose
    return keyring().hash(purpose, number.upper())
