"""Who has a post that requires certificates: the accounts whose post says so, and the holders of certificates whose newest
one names such a post. One person in two lists is matched by name and department as checks/people.py does it, in sets: what
could be two people stays two, and an account of which nobody can tell whose certificates are its own says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, CTE, Text, any_, false, func, literal, select, union, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import scope_clause
from kit.directory.tables import DirectoryPerson
from kit.sealing import fingerprint
from services.ledgers.catalogue import CERTIFICATES
from services.ledgers.checks.people import Place
from services.ledgers.enquiry.posts import Post, Posts
from services.ledgers.reading import table_of

SLUGS = tuple(row_class.ledger.slug for row_class in CERTIFICATES)


class Duty(NamedTuple):
    """A post that somebody has: as it is written down, what it requires, and the ledgers whose certificates the asker may
    see of whoever stands there."""

    text: str
    post: Post
    reached: frozenset[str]


@dataclass
class Person:
    """`number` is the hash of the identity number, None for an account without a certificate; `unsure` says that it could be
    one of several people. `ref` names the person in an address."""

    key: UUID
    name: str
    dept_id: UUID
    number: str | None
    ref: tuple[str, UUID] | None
    duties: list[Duty]
    unsure: bool = False

    def add(self, duty: Duty) -> None:
        """One more post; the same one twice is one."""
        if duty.post not in [known.post for known in self.duties]:
            self.duties.append(duty)


def people(session: Session, who: Principal, posts: Posts, number: str | None = None) -> list[Person]:
    """The people of whom the asker may know what they lack; with a `number` (a hash) that one alone."""
    rows = _certificates()
    accounts = _accounts(session, who, posts, rows, number)
    at = _numbers_at(session, rows, accounts)
    holders = _holders(session, who, posts, rows, {one for found in at.values() for one in found}, number)
    found = {hashed: person for hashed, person in holders.items() if person.duties}
    others = []
    for account in accounts:
        numbers = at[account.name, account.department_id]
        post = posts.named(account.post)
        assert post is not None, "the accounts were chosen by their posts"
        person = Person(account.id, account.name, account.department_id, None, None, [])
        # Two of a name without a certificate under it: whoever they are, neither has one.
        person.unsure = len(numbers) > 1 or (account.namesakes > 1 and bool(numbers))
        if len(numbers) == 1 and not person.unsure:
            (person.number,) = numbers
            known = holders.get(person.number)
            # The directory's department and post before those that a certificate once wrote down.
            if known is not None:
                person.ref = known.ref
        person.add(Duty(account.post, post, _reached(account)))
        if person.number in found:
            for duty in found.pop(person.number).duties:
                person.add(duty)
        others.append(person)
    every = [*others, *found.values()]
    return [person for person in every if number is None or person.number == number]


def _certificates() -> CTE:
    """Every certificate of every ledger, with whose it is and what it says of them."""
    branches = []
    for row_class in CERTIFICATES:
        c = table_of(row_class).c
        branches.append(
            select(
                literal(row_class.ledger.slug, Text).label("slug"), c.id, fingerprint(c.id_number).label("number"),
                c.person_name, c.dept_id, c.created_by, c.post, c.employment, c.issue_date,
            ).where(c.deleted_at.is_(None))
        )  # fmt: skip
    return union_all(*branches).cte("certificates")


def _reach(who: Principal, dept: Any, owner: Any) -> list[Any]:
    """One column for each ledger: whether the asker sees there what belongs to this department."""
    return [
        (scope_clause(who.narrowed(f"ledgers:{slug}:read"), dept, owner) if who.may(f"ledgers:{slug}:read") else false())
        .label(f"in_{place}")
        for place, slug in enumerate(SLUGS)
    ]  # fmt: skip


def _reached(row: Any) -> frozenset[str]:
    return frozenset(slug for place, slug in enumerate(SLUGS) if row._mapping[f"in_{place}"])


def _bound(posts: Posts, texts: Iterable[str]) -> list[str]:
    """Of the posts that stand somewhere, those that require something."""
    return [text for text in texts if posts.named(text) is not None]


def _accounts(session: Session, who: Principal, posts: Posts, rows: CTE, number: str | None) -> Sequence[Any]:
    p = DirectoryPerson
    every = (
        select(p.id, p.name, p.department_id, p.post, func.count().over(partition_by=(p.name, p.department_id)).label("namesakes"))
        .where(p.active, p.department_id.is_not(None))
        .subquery()
    )  # fmt: skip
    bound = _bound(posts, session.scalars(select(p.post).where(p.active, p.post.is_not(None)).distinct()))
    c = every.c
    query = select(c.id, c.name, c.department_id, c.post, c.namesakes, *_reach(who, c.department_id, c.id)).where(
        c.post == any_(literal(bound, ARRAY(Text)))
    )
    if number is not None:
        r = rows.c
        query = query.where(
            select(r.id).where(r.number == number, r.person_name == c.name, r.dept_id == c.department_id).exists()
        )
    return [row for row in session.execute(query) if _reached(row)]


def _numbers_at(session: Session, rows: CTE, accounts: Sequence[Any]) -> dict[Place, set[str]]:
    """Whose certificates stand under the names of these accounts, in their departments."""
    found: dict[Place, set[str]] = defaultdict(set)
    if accounts:
        c, p = rows.c, DirectoryPerson
        query = select(c.person_name, c.dept_id, c.number).distinct().join(
            p, (p.name == c.person_name) & (p.department_id == c.dept_id)
        )  # fmt: skip
        for name, dept, number in session.execute(query.where(p.id.in_([account.id for account in accounts]))):
            found[name, dept].add(number)
    return found


def _holders(
    session: Session, who: Principal, posts: Posts, rows: CTE, also: set[str], number: str | None
) -> dict[str, Person]:
    """Holders by number, as their newest certificate has them: those with a post that it names, and those of `also`."""
    c = rows.c
    texts = session.scalars(select(c.post).where(c.post.is_not(None)).distinct())
    bound = _bound(posts, texts)
    wanted = union(
        select(c.number).where(c.post == any_(literal(bound, ARRAY(Text)))),
        select(func.unnest(literal(sorted(also), ARRAY(Text)))),
    ).subquery()
    newest = (
        select(rows)
        .where(c.number.in_(select(wanted.c[0])), c.number == number if number is not None else literal(True))
        .ext(distinct_on(c.number))
        .order_by(c.number, c.issue_date.desc(), c.id.desc())
        .subquery()
    )
    n = newest.c
    found = {}
    for row in session.execute(select(newest, *_reach(who, n.dept_id, n.created_by))):
        reached = _reached(row)
        if row.slug not in reached:
            continue
        person = Person(row.id, row.person_name, row.dept_id, row.number, (row.slug, row.id), [])
        post = posts.named(row.post) if row.post and row.employment != "left" else None
        if post is not None:
            person.add(Duty(row.post, post, reached))
        found[row.number] = person
    return found
