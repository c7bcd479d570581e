"""The SQL that compares the rows of a file with the ledger, and writes them.

Written as text, for it is made of sets: 100,000 rows are compared in one statement. The names in it are keys of declared
fields and names of our own tables; everything that comes from people is a parameter."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Table, literal_column, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import TextClause

from kit.fields import FieldSpec
from kit.sealing import by_value
from services.ledgers.importing.sealing import sealed_keys
from services.ledgers.importing.tables import ImportJob
from services.ledgers.importing.target import ledger_class
from services.ledgers.ledger import LedgerRow

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_UPDATES = "r.job_id = :job AND r.ok AND m.action = 'update'"


def _written(key: str) -> str:
    """Whether people have written a value of the ledger's row, and not a rule."""
    return f"""t."{key}" IS NOT NULL AND NOT '{key}' = ANY(t.computed_keys)"""


class Matching:
    """The statements for one ledger and one set of columns. `given` are the fields that the file has a column for; with
    `keeps` its blank cells leave what the ledger has, as a missing column does."""

    def __init__(self, row_class: type[LedgerRow], given: Sequence[str], *, keeps: bool = False) -> None:
        table = row_class.__table__
        assert isinstance(table, Table)
        self.row_class = row_class
        self.table = table
        self.name = f'"{table.name}"'
        self.fields = row_class.input_fields()
        self.given = frozenset(given)
        self.keeps = keeps
        self.key = row_class.ledger.natural_key
        self.sealed = sealed_keys(row_class)

    @classmethod
    def of(cls, job: ImportJob) -> Matching:
        """Those of an import."""
        return cls(ledger_class(job.slug), job.keys or (), keeps=job.blank_cells == "keep")

    # -- the pieces ---------------------------------------------------------------------------------------------------

    def incoming(self, keys: Sequence[str] | None = None) -> str:
        """The right rows of the job, their values typed as the ledger has them."""
        columns = [
            f'{self._typed(place, spec)} AS "{key}"'
            for place, (key, spec) in enumerate(self.fields.items())
            if keys is None or key in keys
        ]
        known = "r.row_no, r.record_id, r.record_version, coalesce(r.filled, '{}') AS filled_keys, r.blank"
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

    def _kept(self, key: str, alias: str = "s") -> str:
        """A field that the file has no column for, or a blank cell that keeps, leaves what people wrote; what a rule has
        filled, a rule fills again."""
        if key not in self.given:
            return f"({_written(key)})"
        # Not null, but false: it is negated.
        return f"(coalesce('{key}' = ANY({alias}.blank), false) AND {_written(key)})" if self.keeps else "false"

    def _merged(self, keys: Sequence[str]) -> str:
        """The rows that the ledger has, with the values of `keys` that they will have."""
        values = ", ".join(f'CASE WHEN {self._kept(key)} THEN t."{key}" ELSE s."{key}" END AS "{key}"' for key in keys)
        return f"""SELECT s.row_no, s.record_id, m.target_id, {values} FROM ({self.incoming(keys)}) s
                   JOIN import_match m ON m.job_id = :job AND m.row_no = s.row_no
                   JOIN {self.name} t ON t.id = m.target_id"""  # noqa: S608

    def _same(self) -> str:
        """Whether writing the row would change nothing."""
        parts = []
        for key in self.fields:
            equal = f"{self._value('t', key)} IS NOT DISTINCT FROM {self._value('s', key)}"
            parts.append(f"({self._kept(key)} OR {equal})" if self.keeps or key not in self.given else equal)
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

    def other_names(self, other: Table, number: str, name: str) -> TextClause:
        """New rows whose `number` is in another table (which seals it alike) under another name: row, id and name there."""
        return text(f"""
            SELECT s.row_no, o.id, o."{name}"
            FROM ({self.incoming((number, name))}) s
            JOIN "{other.name}" o ON o.deleted_at IS NULL AND {self._value("o", number)} = {self._value("s", number)}
                AND regexp_replace(o."{name}", '\\s', '', 'g') <> regexp_replace(s."{name}", '\\s', '', 'g')
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
            SELECT s.row_no FROM ({self._merged(self.key)}) s
            JOIN {self.name} t ON t.deleted_at IS NULL AND {self.key_equal()}
            WHERE s.record_id IS NOT NULL AND t.id <> s.target_id""")  # noqa: S608

    def unjudged(self, connected: Collection[str], *, every: bool) -> TextClause:
        """Rows that the ledger has and the child could not judge, for it did not know what stands there. In a file that has
        all `connected` columns these are the ones whose blank cells keep something; with `every`, all that might."""
        some = "true"
        keys = sorted(self.given.intersection(connected))
        if keys and not every and self.given.issuperset(connected):
            kept = " OR ".join(self._kept(key, "r") for key in keys)
            some = f"(r.errors IS NOT NULL OR (r.blank IS NOT NULL AND ({kept})))"
        return text(f"""
            SELECT r.row_no FROM import_row r JOIN import_match m ON m.job_id = r.job_id AND m.row_no = r.row_no
            JOIN {self.name} t ON t.id = m.target_id WHERE r.job_id = :job AND r.ok AND {some}
            ORDER BY r.row_no""")  # noqa: S608

    # -- what the updates would leave blank ---------------------------------------------------------------------------

    def cleared(self) -> TextClause:
        """How many cells of the ledger that is."""
        each = " + ".join(f"{self._gone(key)}::int" for key in self.fields if key in self.given)
        return text(f"SELECT coalesce(sum({each or '0'}), 0) FROM {self._updates()} WHERE {_UPDATES}")  # noqa: S608

    def first_cleared(self) -> TextClause:
        """The first of them: row and field."""
        keys = [key for key in self.fields if key in self.given]
        each = ", ".join(f"({place}, '{key}', {self._gone(key)})" for place, key in enumerate(keys))
        return text(f"""
            SELECT r.row_no, f.key FROM {self._updates()} CROSS JOIN LATERAL (VALUES {each}) f(place, key, gone)
            WHERE {_UPDATES} AND f.gone ORDER BY r.row_no, f.place LIMIT :most""")  # noqa: S608

    def _updates(self) -> str:
        return f"""import_row r JOIN import_match m ON m.job_id = r.job_id AND m.row_no = r.row_no
                   JOIN {self.name} t ON t.id = m.target_id"""

    def _gone(self, key: str) -> str:
        """Whether a cell of the file takes away what people wrote."""
        if key in self.sealed:
            blank = f"r.sealed[{self.sealed.index(key) + 1}] IS NULL"
        else:
            blank = f"jsonb_typeof(r.vals->{list(self.fields).index(key)}) = 'null'"
        return f"({blank} AND {_written(key)} AND NOT {self._kept(key, 'r')})"

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

    def untouched(self) -> TextClause:
        """How many rows that the import has written nobody has touched since."""
        return text(f"""
            SELECT count(*) FROM import_effect e JOIN {self.name} t ON t.id = e.row_id AND t.version = e.version
            WHERE e.job_id = :job AND t.deleted_at IS NULL""")  # noqa: S608

    # -- writing ------------------------------------------------------------------------------------------------------

    def lock(self) -> TextClause:
        """Locks the rows that will be updated, in one order, so that two imports cannot wait for each other."""
        return text(f"""
            SELECT count(*) FROM (SELECT t.id FROM {self.name} t WHERE t.id IN
              (SELECT target_id FROM import_match WHERE job_id = :job AND action = 'update') ORDER BY t.id FOR UPDATE) l
            """)  # noqa: S608

    def create(self) -> TextClause:
        """Rows that the ledger does not have. Each is said to be a microsecond older than the one above it in the file, so that
        a list with the newest first shows the rows of one import in the file's order; the list's own index still serves."""
        names = ", ".join(f'"{key}"' for key in self.fields)
        values = ", ".join(f's."{key}"' for key in self.fields)
        return text(f"""
            INSERT INTO {self.name} (id, {names}, computed_keys, created_by, updated_by, version, import_batch_id,
                                     created_at)
            SELECT uuidv7(), {values}, s.filled_keys, :user, :user, 1, :job,
                   now() - s.row_no * interval '1 microsecond'
            FROM ({self.incoming()}) s
            WHERE NOT EXISTS (SELECT 1 FROM import_match m WHERE m.job_id = :job AND m.row_no = s.row_no)
            ORDER BY s.row_no""")  # noqa: S608

    def update(self) -> TextClause:
        """Rows that the ledger has, where the file says something else."""
        loose = [key for key in self.fields if self.keeps or key not in self.given]
        sets = [
            f'"{key}" = CASE WHEN {self._kept(key)} THEN t."{key}" ELSE s."{key}" END'
            if key in loose
            else f'"{key}" = s."{key}"'
            for key in self.fields
        ]
        computed = "s.filled_keys"
        if loose:
            kept = ", ".join(f"CASE WHEN {self._kept(key)} THEN '{key}' END" for key in loose)
            still = f"NOT k = ANY(array_remove(ARRAY[{kept}]::text[], NULL))"
            computed = f"ARRAY(SELECT k FROM unnest(s.filled_keys) k WHERE {still})"  # noqa: S608
        return text(f"""
            UPDATE {self.name} t SET {", ".join(sets)}, computed_keys = {computed}, version = t.version + 1,
                   updated_by = :user, updated_at = now(), import_batch_id = :job
            FROM ({self.incoming()}) s JOIN import_match m ON m.job_id = :job AND m.row_no = s.row_no
            WHERE m.action = 'update' AND t.id = m.target_id AND t.version = m.target_version""")  # noqa: S608
