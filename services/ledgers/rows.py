"""Writing one row: create, update with an optimistic lock, delete, restore. Each leaves an audit row and the facts for
others, in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import now
from kit.directory import scope_clause
from kit.errors import Conflict, FieldError, Invalid, NotFound, VersionConflict
from kit.fields import Checked, Issue, RowValidator, is_masked, mask_value
from services.ledgers import expiry, same_person
from services.ledgers.changes import announce
from services.ledgers.ledger import LedgerRow
from services.ledgers.lookups import lookups_for
from services.ledgers.movements import guard
from services.ledgers.persons import NUMBER
from services.ledgers.reading import RowReader, table_of, visible


class RowWriter:
    """Writes rows of one ledger for one person."""

    def __init__(self, session: Session, row_class: type[LedgerRow], principal: Principal) -> None:
        self.session = session
        self.row_class = row_class
        self.ledger = row_class.ledger
        self.fields = row_class.input_fields()
        self.principal = principal
        self.reader = RowReader(row_class, principal)

    @cached_property
    def validator(self) -> RowValidator:
        """Compiled once, also for the thousand rows of a batch."""
        return RowValidator(self.fields, self.ledger.rules, lookups_for(self.session, self.row_class, self.principal))

    def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new row; the answer is the row as the caller sees it."""
        checked = self._checked(given, None)
        self.refuse_twin(checked.values, None)
        same_person.refuse(self.session, self.principal, self.row_class, checked.values, None)
        row = self.row_class(
            **checked.values,
            computed_keys=checked.filled,
            created_by=self.principal.user_id,
            updated_by=self.principal.user_id,
        )
        self.session.add(row)
        self._flush()
        self._record("create", row.id, None, self._masked(checked.values))
        return self._announced(row.id)

    def update(self, id_: UUID, version: int, given: Mapping[str, Any]) -> dict[str, Any]:
        """Changes the fields that are given. VersionConflict when somebody was faster; an update that changes nothing leaves
        the row and its version as they are."""
        row = self.locked(id_, deleted=False)
        self._same_version(row, version)
        changes = self.apply(row, given)
        if changes is None:
            return self.read(id_)
        self.touch(row)
        self._record("update", id_, *changes)
        return self._announced(id_)

    def apply(self, row: LedgerRow, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Sets what is given on a locked row, with all rules, and answers what it changed (before and after, masked), or
        None where nothing changed. Neither saved nor told: the caller does that, for one row or for a batch."""
        before = {key: getattr(row, key) for key in self.fields}
        checked = self._checked(self._really_given(before, given), row)
        after = checked.values
        changed = [key for key in self.fields if after[key] != before[key]]
        if not changed and sorted(checked.filled) == sorted(row.computed_keys):
            return None
        guard.refuse_change(self.session, row, changed)
        if not self.key_of(row).keys().isdisjoint(changed):
            self.refuse_twin(after, row.id)
        if NUMBER in changed:
            same_person.refuse(self.session, self.principal, self.row_class, after, row.id)
        for key in changed:
            setattr(row, key, after[key])
        row.computed_keys = checked.filled
        return self._masked({key: before[key] for key in changed}), self._masked({key: after[key] for key in changed})

    def delete(self, id_: UUID, version: int) -> None:
        """A soft delete; `restore` takes it back."""
        row = self.locked(id_, deleted=False)
        self._same_version(row, version)
        row.deleted_at = now()
        self.touch(row)
        self._record("delete", id_, self._masked({key: getattr(row, key) for key in self.fields}), None)
        announce(self.session, self.row_class, [id_], actor=self.principal.user_id)

    def restore(self, id_: UUID) -> dict[str, Any]:
        """Takes a delete back, unless a row of the same key has been made since."""
        row = self.locked(id_, deleted=True)
        self.refuse_twin(self.key_of(row), id_)
        row.deleted_at = None
        self.touch(row)
        self._record("restore", id_, None, None)
        found = self._announced(id_)
        expiry.warn_again(self.session, self.row_class, [id_])
        return found

    def read(self, id_: UUID) -> dict[str, Any]:
        """The row as the caller sees it."""
        found: dict[str, Any] = json.loads(self.reader.row(self.session, id_))
        return found

    # -- the steps ----------------------------------------------------------------------------------------------------

    def _checked(self, given: Mapping[str, Any], row: LedgerRow | None) -> Checked:
        keep = None
        if row is not None:
            # What a rule has filled is left out, for the rule fills it again from what the row says now.
            keep = {key: getattr(row, key) for key in self.fields if key not in given and key not in row.computed_keys}
        checked = self.validator(given, keep)
        if checked.issues:
            raise Invalid(_summary(checked.issues), errors=[_error(issue) for issue in checked.issues])
        return checked

    def _really_given(self, before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """Without what is as it was: a masked number that comes back as it was shown means that nobody touched it, and a
        form that sends every field must not turn computed dates into printed ones. But where a word says that there is
        no date (长期), blank says something else: the word has been taken out, and the rule fills the date again."""
        changes = {}
        for key, value in given.items():
            if is_masked(value) and value == mask_value(self.fields[key], before[key]):
                continue
            if value == before[key] and not (value is None and self.fields[key].blank_words):
                continue
            changes[key] = value
        return changes

    def locked(self, id_: UUID, *, deleted: bool) -> LedgerRow:
        """A row that exists for this person, held until the transaction ends; NotFound for any other."""
        row_class = self.row_class
        row = self.session.scalars(
            select(row_class)
            .where(
                row_class.id == id_,
                row_class.deleted_at.is_not(None) if deleted else row_class.deleted_at.is_(None),
                scope_clause(self.principal, row_class.dept_id, row_class.created_by),
            )
            .with_for_update()
        ).one_or_none()
        if row is None:
            raise NotFound
        return row

    def _same_version(self, row: LedgerRow, version: int) -> None:
        if row.version != version:
            raise VersionConflict(current=self.read(row.id))

    def touch(self, row: LedgerRow) -> None:
        """Notes who wrote the row and when, and saves it."""
        row.version += 1
        row.updated_at = now()
        row.updated_by = self.principal.user_id
        self._flush()

    def _flush(self) -> None:
        try:
            self.session.flush()
        except IntegrityError as error:
            # The check before found nothing, so a rival has written the same key in this moment.
            raise self._twin() from error

    def refuse_twin(self, values: Mapping[str, Any], id_: UUID | None) -> None:
        """Conflict when another row has the same natural key, or another key that no two rows may share."""
        c = table_of(self.row_class).c
        for keys in (self.ledger.natural_key, *self.ledger.also_unique):
            if keys in self.ledger.also_unique and any(values[key] is None for key in keys):
                continue
            query = select(c.id).where(
                c.deleted_at.is_(None), *(c[key].is_not_distinct_from(values[key]) for key in keys)
            )
            if id_ is not None:
                query = query.where(c.id != id_)
            if (twin := self.session.scalar(query.limit(1))) is not None:
                raise self._twin(keys, twin)

    def key_of(self, row: LedgerRow) -> dict[str, Any]:
        """Everything that `refuse_twin` reads of a row."""
        keys = (self.ledger.natural_key, *self.ledger.also_unique)
        return {key: getattr(row, key) for part in keys for key in part}

    def _twin(self, keys: tuple[str, ...] | None = None, id_: UUID | None = None) -> Conflict:
        """With the id of the row that is there, for who may see it. Not with the row: whole personal values are shown where
        that is noted (services/ledgers/disclosing.py), and a refusal notes nothing."""
        keys = keys or self.ledger.natural_key
        titles = "、".join(self.fields[key].title for key in keys)
        # A certificate that is issued again often keeps its number: the new dates belong into the row that is there.
        why = "续期或更正" if self.ledger.expiry else "更正"
        c = table_of(self.row_class).c
        seen = id_ and self.session.scalar(select(c.id).where(c.id == id_, *visible(self.row_class, self.principal)))
        message = f"已有{titles}{'都' if len(keys) > 1 else ''}相同的记录；如需{why}，请修改那一条"
        return Conflict(message, code="duplicate", current={"id": str(seen)} if seen else None)

    def _masked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {key: _plain(mask_value(self.fields[key], value)) for key, value in values.items() if value is not None}

    def _record(self, action: str, id_: UUID, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        audit.record(
            self.session,
            self.principal,
            f"ledger.{action}",
            f"ledger:{self.ledger.slug}",
            id_,
            before=before,
            after=after,
        )

    def _announced(self, id_: UUID) -> dict[str, Any]:
        announce(self.session, self.row_class, [id_], actor=self.principal.user_id)
        try:
            return self.read(id_)
        except NotFound:
            # With the scope 本人 a department may be written to that the writer's own rows alone can be read from; and a
            # row may be moved out of one's own reach by nobody, for the validator knows where one may write.
            raise Invalid("保存后您将无法查看该记录，请检查所属部门", code="department_out_of_scope") from None


def _error(issue: Issue) -> FieldError:
    return FieldError(("body", issue.field), issue.code, issue.message)


def _summary(issues: list[Issue]) -> str:
    return "；".join(issue.message for issue in issues[:3])


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, bool, list)) else str(value)
