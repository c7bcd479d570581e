"""What keeps the trail from being changed, given to the database after every migration (kit.db.migrate).

The runtime role has no right to change or remove rows at all. The triggers are for everybody else: the owner of the tables
and a superuser are stopped from doing it by mistake. Who takes the triggers away first is found by the chain."""

from __future__ import annotations

from sqlalchemy import Connection, text

_FOR_EVER = ("audit_log", "audit_chain", "audit_anchor")

_NOTE = """
CREATE OR REPLACE FUNCTION audit_note_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_pending (audit_id) VALUES (NEW.id);
  RETURN NULL;
END $$
"""
_REFUSE = """
CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '审计日志只能追加，不能修改或删除' USING ERRCODE = 'insufficient_privilege';
END $$
"""


def protect(connection: Connection, role: str) -> None:
    """Takes from the runtime role what it must not do, and makes the triggers; the same again changes nothing."""
    # Starters of a release that do this at once would meet "tuple concurrently updated".
    connection.execute(text("SELECT pg_advisory_xact_lock(724002)"))
    for table in _FOR_EVER:
        connection.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}"))
    connection.execute(text(f"REVOKE UPDATE, TRUNCATE ON audit_pending FROM {role}"))
    connection.execute(text(_NOTE))
    connection.execute(text(_REFUSE))
    connection.execute(
        text(
            "CREATE OR REPLACE TRIGGER audit_note_pending AFTER INSERT ON audit_log "
            "FOR EACH ROW EXECUTE FUNCTION audit_note_pending()"
        )
    )
    for table in _FOR_EVER:
        connection.execute(
            text(
                f"CREATE OR REPLACE TRIGGER audit_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()"
            )
        )
