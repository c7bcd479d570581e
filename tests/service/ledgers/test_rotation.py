"""Another key: everything is sealed anew, nothing else changes, and no key goes that still holds something."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from pydantic import SecretStr
from sqlalchemy import select, text
from typer.testing import CliRunner

from deploy.cli import app
from deploy.cli.personal import refuse_lost_keys
from kit.db import Database
from kit.db.migrate import kit_metadata
from kit.sealing import Keyring, rotation, use
from kit.testing.keys import made
from services.ledgers.catalogue import BY_SLUG
from services.ledgers.models import Base
from services.ledgers.reading import table_of
from tests.catalogue.conftest import example
from tests.service.ledgers.desk import CERTIFICATES, Bench, Desk, opened, sample

TABLE = table_of(BY_SLUG[CERTIFICATES])
NUMBER = "990101199001011230"


@pytest.fixture
def desk(bench: Bench) -> Iterator[Desk]:
    """A row with a history, a stored answer, an import that was confirmed and one that waits."""
    desk = Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*", "ledgers:personal:read"))
    row = desk.ask(
        "POST", "", json={**example(BY_SLUG[CERTIFICATES], "工程部"), "phone": "13900139000"},
        headers={"Idempotency-Key": "once"},
    ).json()  # fmt: skip
    desk.ask("PUT", f"/{row['id']}", json={"version": 1, "phone": "13700137000"})
    desk.bring_in(sample("特种作业人员持证台账-运行管理部.xlsx"))
    book = opened(desk.export(q=NUMBER))
    sheet = book.worksheets[0]
    remark = [cell.value for cell in sheet[1]].index("备注") + 1
    sheet.cell(2, remark, "已核对")
    changed = io.BytesIO()
    book.save(changed)
    assert desk.bring_in(changed.getvalue())["updated"] == 1, "an undo keeps the row as it was"
    desk.upload(sample("特种作业人员持证台账-工程部-有错.xlsx"))
    yield desk
    use(bench.settings.keyring())


def metadatas() -> list[Any]:
    return [kit_metadata(), Base.metadata]


def two_keys(bench: Bench) -> tuple[Any, Keyring]:
    old = bench.settings.personal_keys.get_secret_value()
    settings = bench.settings.model_copy(update={"personal_keys": SecretStr(f"t2:{made('second key')} {old}")})
    return settings, settings.keyring()


def rotated(database: Database, ring: Keyring) -> tuple[int, int]:
    steps = list(rotation.rotate(database, metadatas(), ring))
    return sum(step.rows for step in steps), sum(step.unreadable for step in steps)


def tokens(bench: Bench) -> set[tuple[str, str]]:
    """(table.column, key id) of every token in the whole database, whatever the column is declared as."""
    found = set()
    with bench.database.session() as session:
        columns = session.execute(
            text("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
        )
        for table, column in columns.all():
            for value in session.scalars(text(f'SELECT "{column}"::text FROM "{table}" WHERE "{column}" IS NOT NULL')):
                # Bytes come as hexadecimal digits.
                shown = bytes.fromhex(value[2:98]).decode("latin-1") if value.startswith("\\x") else value
                found |= {(f"{table}.{column}", key) for key in re.findall(r"~1\.[\w-]*\.([a-z0-9]+)\.", shown)}
    return found


def test_every_column_that_holds_a_token_is_one_that_a_rotation_knows(bench: Bench, desk: Desk) -> None:
    known = {
        f"{table.name}.{column.name}"
        for table, columns in rotation.sealed_columns(metadatas()).items()
        for column in columns
    }
    held = {where for where, _ in tokens(bench)}
    assert held <= known
    assert {
        f"{TABLE.name}.id_number", f"{TABLE.name}.phone", "idempotency_key.body", "import_file.content",
        "import_row.sealed", "import_row.texts", "import_effect.before", "row_change.changes",
    } <= held  # fmt: skip


def test_after_a_rotation_the_old_key_holds_nothing_and_everything_reads_as_before(bench: Bench, desk: Desk) -> None:
    before = desk.ask("GET", "", params={"size": "200"}).json()
    with bench.database.session() as session:
        changes = session.scalar(text("SELECT count(*) FROM row_change"))
    _, ring = two_keys(bench)
    use(ring)
    rows, unreadable = rotated(bench.database, ring)
    assert (rows > 200, unreadable) == (True, 0)
    assert {key for _, key in tokens(bench)} == {"t2"}
    assert rotated(bench.database, ring) == (0, 0), "a second one finds nothing to do"
    # From here on the old key is gone.
    use(Keyring({"t2": _bytes("second key")}, _bytes("hash key")))
    assert desk.ask("GET", "", params={"size": "200"}).json() == before
    assert desk.ask("GET", "", params={"q": NUMBER}).json()["total"] == 1
    (changed,) = [item for item in before["items"] if item["phone"] == "13700137000"]
    history = desk.ask("GET", f"/{changed['id']}/history").json()["items"]
    phones = [(c["before"], c["after"]) for change in history for c in change["changes"] if c["field"] == "phone"]
    assert phones == [("13900139000", "13700137000")]
    waiting = next(job for job in desk.ask("GET", "/imports").json()["items"] if job["state"] == "ready")
    assert desk.ask("GET", f"/imports/{waiting['id']}/errors.xlsx").status_code == 200
    assert desk.confirm(waiting, only_valid=True).status_code == 200
    again = desk.ask(
        "POST", "", json={**example(BY_SLUG[CERTIFICATES], "工程部"), "phone": "13900139000"},
        headers={"Idempotency-Key": "once"},
    )  # fmt: skip
    assert (again.headers["Idempotent-Replayed"], again.json()["phone"]) == ("true", "13900139000")
    with bench.database.session() as session:
        assert session.scalar(text("SELECT count(*) FROM row_change WHERE kind <> 'create'")) >= 1
        assert session.scalar(text("SELECT count(*) FROM row_change")) - 40 == changes, "a rotation is no change"


def _bytes(name: str) -> bytes:
    from kit.sealing.keyring import parse_key

    return parse_key(made(name))


def test_a_rotation_that_is_killed_goes_on_where_it_was(
    bench: Bench, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ring = two_keys(bench)
    monkeypatch.setattr(rotation, "_BATCH", 7)
    steps = rotation.rotate(bench.database, metadatas(), ring)
    first = [next(steps) for _ in range(3)]
    steps.close()
    done = sum(step.rows for step in first)
    assert 0 < done <= 21
    monkeypatch.undo()
    assert {key for _, key in tokens(bench)} == {"t1", "t2"}
    rest, unreadable = rotated(bench.database, ring)
    assert (rest > 0, unreadable) == (True, 0)
    assert {key for _, key in tokens(bench)} == {"t2"}


def test_a_value_that_does_not_open_is_counted_left_alone_and_holds_up_nothing(bench: Bench, desk: Desk) -> None:
    with bench.database.transaction() as session:
        session.execute(text(f"UPDATE {TABLE.name} SET phone = cert_no WHERE phone IS NOT NULL"))
        broken = session.scalars(select(text("phone")).select_from(TABLE).where(text("phone IS NOT NULL"))).all()
    _, ring = two_keys(bench)
    _, unreadable = rotated(bench.database, ring)
    assert unreadable >= len(broken) > 0
    with bench.database.session() as session:
        kept = session.scalars(select(text("phone")).select_from(TABLE).where(text("phone IS NOT NULL"))).all()
        assert sorted(kept) == sorted(broken)
        assert session.scalar(text(f"SELECT bool_and(id_number LIKE '~1.%.t2.%') FROM {TABLE.name}"))


def test_the_command_says_who_holds_what_and_drops_no_key_in_use(
    bench: Bench, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = two_keys(bench)

    def environment(keys: str) -> None:
        for name, value in {
            "ENVIRONMENT": "embedded", "DATABASE_URL": settings.database_url.get_secret_value(),
            "MIGRATION_DATABASE_URL": settings.migration_database_url.get_secret_value(),
            "PERSONAL_KEYS": keys, "PERSONAL_HASH_KEY": settings.personal_hash_key.get_secret_value(),
        }.items():  # fmt: skip
            monkeypatch.setenv(f"SAFEWORK_{name}", value)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["personal", *words, "--service", "ledgers"])
        return result.exit_code, result.output

    both = settings.personal_keys.get_secret_value()
    environment(both)
    code, output = run("status")
    assert code == 0
    assert re.search(r"t2 +│ +0 ", output) and re.search(r"t1 +│ +\d\d", output)
    assert run("drop", "t1")[0] == 1
    assert run("drop", "t2")[0] == 1
    code, output = run("rotate")
    assert code == 0 and f"{TABLE.name} 重新加密" in output
    assert run("drop", "t1")[0] == 0
    code, output = run("new-key")
    assert code == 0 and re.search(r"^k\d+:[\w-]{43}$", output.strip())
    # Whoever takes the wrong key out of the settings is told, and no release starts like that.
    environment(both.split()[1])
    assert run("status")[0] == 1
    with pytest.raises(typer.Exit):
        refuse_lost_keys("ledgers", settings.model_copy(update={"personal_keys": SecretStr(both.split()[1])}))
    refuse_lost_keys("ledgers", settings)
