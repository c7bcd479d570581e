"""The SQL that compares the rows of a file with the ledger, and writes them.

Written as text, for it is made of sets: 100,000 rows are compared in one statement. The names in it are keys of declared
fields and names of our own tables; everything that comes from people is a parameter."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table, literal_column, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import TextClause

from kit.fields import FieldSpec
from kit.sealing import by_value
from services.ledgers.importing.sealing import sealed_keys
from services.ledgers.ledger import LedgerRow

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


class Matching:
    """The statements for one ledger and one set of columns. `given` are the fields that the file has a column for."""

    def __init__(self, row_class: type[LedgerRow], given: Sequence[str]) -> None:
        table = row_class.__table__
        assert isinstance(table, Table)
        self.row_class = row_class
        self.table = table
        self.name = f'"{table.name}"'
        self.fields = row_class.input_fields()
        self.given = frozenset(given)
        self.key = row_class.ledger.natural_key
        self.sealed = sealed_keys(row_class)

    # -- the pieces ---------------------------------------------------------------------------------------------------

    def incoming(self, keys: Sequence[str] | None = None) -> str:
        """The right rows of the job, their values typed as the ledger has them."""
        columns = [
            f'{self._typed(place, spec)} AS "{key}"'
            for place, (key, spec) in enumerate(self.fields.items())
            if keys is None or key in keys
        ]
        known = "r.row_no, r.record_id, r.record_version, coalesce(r.filled, '{}') AS filled_keys"
        return f"SELECT {known}, {', '.join(columns)} FROM import_row r WHERE r.job_id = :job AND r.ok"  # noqa: S608

    def _typed(self, place: int, spec: FieldSpec) -> str:
        if spec.key in self.sealed:
            return f"r.sealed[{self.sealed.index(spec.key) + 1}]"
        if spec.kind == "multi_choice":
            return (
                f"CASE WHEN jsonb_typeof(r.vals->{place}) = 'array' "
                f"THEN ARRAY(SELECT jsonb_array_elements_text(r.vals->{place}))::varchar[] END"
            )
        return f"(r.vals->>{place})::{self.table.c[spec.key].type.compile(dialect=_DIALECT)}"

    def _value(self, alias: str, key: str) -> str:
        """What tells two values apart: of a sealed one the hash, as the indexes have it (kit.sealing.fingerprint)."""
        column = literal_column(f'{alias}."{key}"', self.table.c[key].type)
        return str(by_value(column).compile(dialect=_DIALECT))

    def key_equal(self) -> str:
        """Blank parts equal one another. Parts that are never blank come as plain equations, which PostgreSQL can hash."""
        parts = [
            f"{self._value('t', key)} {'=' if self.row_class.fields[key].required else 'IS NOT DISTINCT FROM'} "
            f"{self._value('s', key)}"
            for key in self.key
        ]
        return " AND ".join(parts)

    @staticmethod
    def _kept(key: str) -> str:
        """A field that the file has no column for keeps what people wrote; what a rule has filled, a rule fills again."""
        return f"""(t."{key}" IS NOT NULL AND NOT '{key}' = ANY(t.computed_keys))"""

    def _same(self) -> str:
        """Whether writing the row would change nothing."""
        parts = []
        for key in self.fields:
            equal = f"{self._value('t', key)} IS NOT DISTINCT FROM {self._value('s', key)}"
            parts.append(equal if key in self.given else f"({self._kept(key)} OR {equal})")
        return " AND ".join(parts)

    def _action(self, stale: str) -> str:
        """What becomes of a row that the ledger has; `stale` is when somebody has changed it since it was exported."""
        return f"""CASE WHEN {self._same()} THEN 'unchanged' WHEN :on_duplicate = 'skip' THEN 'skip'
                        WHEN {stale} THEN 'stale' ELSE 'update' END"""

    # -- comparing ----------------------------------------------------------------------------------------------------

    def match_records(self) -> TextClause:
        """Rows that name a row of ours by the record number of an export."""
        return text(f"""
            INSERT INTO import_match (job_id, row_no, target_id, target_version, action, reachable)
            SELECT :job, s.row_no, t.id, t.version,
                   {self._action("s.record_version <> t.version")}, true
            FROM ({self.incoming()}) s JOIN {self.name} t ON t.id = s.record_id AND t.deleted_at IS NULL
            WHERE s.record_id IS NOT NULL""")  # noqa: S608

    def match_keys(self) -> TextClause:
        """The others, by the natural key."""
        return text(f"""
            INSERT INTO import_match (job_id, row_no, target_id, target_version, action, reachable)
            SELECT :job, s.row_no, t.id, t.version,
                   {self._action("false")}, true
            FROM ({self.incoming()}) s JOIN {self.name} t ON t.deleted_at IS NULL AND {self.key_equal()}
            WHERE NOT EXISTS (SELECT 1 FROM import_match m WHERE m.job_id = :job AND m.row_no = s.row_no)""")  # noqa: S608

    def judge(self) -> TextClause:
        """Says anew what becomes of rows whose values have been looked at again (importing/rechecking.py)."""
        return text(f"""
            UPDATE import_match m SET action = {self._action("coalesce(s.record_version, t.version) <> t.version")}
            FROM ({self.incoming()}) s, {self.name} t
            WHERE m.job_id = :job AND m.row_no = s.row_no AND t.id = m.target_id""")  # noqa: S608

    def taken_keys(self) -> TextClause:
        """Rows matched by record number whose new key belongs to another row."""
        return text(f"""
            SELECT s.row_no FROM ({self.incoming(self.key)}) s
            JOIN import_match m ON m.job_id = :job AND m.row_no = s.row_no
            JOIN {self.name} t ON t.deleted_at IS NULL AND {self.key_equal()}
            WHERE s.record_id IS NOT NULL AND t.id <> m.target_id""")  # noqa: S608

    def _shared(self, keys: Sequence[str]) -> str:
        """Rows whose filled `keys` belong to another row than the one that they are meant for."""
        equal = " AND ".join(f"{self._value('t', key)} = {self._value('s', key)}" for key in keys)
        return f"""
            SELECT s.row_no FROM ({self.incoming(keys)}) s
            LEFT JOIN import_match m ON m.job_id = :job AND m.row_no = s.row_no
            JOIN {self.name} t ON t.deleted_at IS NULL AND {equal}
            WHERE t.id IS DISTINCT FROM m.target_id"""  # noqa: S608

    def shared_keys(self, keys: Sequence[str]) -> TextClause:
        """Rows that would share further unique keys (`Ledger.also_unique`) with another row."""
        return text(self._shared(keys))

    def past_entries(self, field: str) -> TextClause:
        """Rows that would change a number which entries alone may change (services.ledgers.movements)."""
        return text(f"""
            SELECT s.row_no FROM ({self.incoming((field,))}) s
            JOIN import_match m ON m.job_id = :job AND m.row_no = s.row_no AND m.action = 'update'
            JOIN {self.name} t ON t.id = m.target_id
            WHERE t."{field}" IS DISTINCT FROM s."{field}"
              AND EXISTS (SELECT 1 FROM ledger_movement e WHERE e.row_id = t.id)""")  # noqa: S608

    def moved(self) -> TextClause:
        """Rows of the file for which the ledger is no longer as it was when they were compared."""
        shared = "".join(f" UNION {self._shared(keys)}" for keys in self.row_class.ledger.also_unique)
        return text(f"""
            SELECT m.row_no FROM import_match m LEFT JOIN {self.name} t ON t.id = m.target_id
            WHERE m.job_id = :job AND (t.id IS NULL OR t.deleted_at IS NOT NULL OR t.version <> m.target_version)
            UNION
            SELECT s.row_no FROM ({self.incoming(self.key)}) s
            JOIN {self.name} t ON t.deleted_at IS NULL AND {self.key_equal()}
            WHERE NOT EXISTS (SELECT 1 FROM import_match m WHERE m.job_id = :job AND m.row_no = s.row_no)
            {shared}""")  # noqa: S608

    # -- writing ------------------------------------------------------------------------------------------------------

    def lock(self) -> TextClause:
        """Locks the rows that will be updated, in one order, so that two imports cannot wait for each other."""
        return text(f"""
            SELECT count(*) FROM (SELECT t.id FROM {self.name} t WHERE t.id IN
              (SELECT target_id FROM import_match WHERE job_id = :job AND action = 'update') ORDER BY t.id FOR UPDATE) l
            """)  # noqa: S608

    def create(self) -> TextClause:
        """Rows that the ledger does not have."""
        names = ", ".join(f'"{key}"' for key in self.fields)
        values = ", ".join(f's."{key}"' for key in self.fields)
        return text(f"""
            INSERT INTO {self.name} (id, {names}, computed_keys, created_by, updated_by, version, import_batch_id)
            SELECT uuidv7(), {values}, s.filled_keys, :user, :user, 1, :job FROM ({self.incoming()}) s
            WHERE NOT EXISTS (SELECT 1 FROM import_match m WHERE m.job_id = :job AND m.row_no = s.row_no)
            ORDER BY s.row_no
            ON CONFLICT DO NOTHING""")  # noqa: S608

    def update(self) -> TextClause:
        """Rows that the ledger has, where the file says something else."""
        absent = [key for key in self.fields if key not in self.given]
        sets = [
            f'"{key}" = s."{key}"'
            if key in self.given
            else f'"{key}" = CASE WHEN {self._kept(key)} THEN t."{key}" ELSE s."{key}" END'
            for key in self.fields
        ]
        computed = "s.filled_keys"
        if absent:
            kept = ", ".join(f"CASE WHEN {self._kept(key)} THEN '{key}' END" for key in absent)
            still = f"NOT k = ANY(array_remove(ARRAY[{kept}]::text[], NULL))"
            computed = f"ARRAY(SELECT k FROM unnest(s.filled_keys) k WHERE {still})"  # noqa: S608
        return text(f"""
            UPDATE {self.name} t SET {", ".join(sets)}, computed_keys = {computed}, version = t.version + 1,
                   updated_by = :user, updated_at = now(), import_batch_id = :job
            FROM ({self.incoming()}) s JOIN import_match m ON m.job_id = :job AND m.row_no = s.row_no
            WHERE m.action = 'update' AND t.id = m.target_id AND t.version = m.target_version""")  # noqa: S608
