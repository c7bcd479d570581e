"""Verification against real tampering, by somebody who has every right in the database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kit.audit import anchoring, canonical
from kit.audit.anchoring import Anchor
from kit.audit.findings import Report
from kit.audit.keeper import Keeper
from kit.audit.verify import verify
from tests.service.audit.conftest import Trail

FORGED = (
    "INSERT INTO audit_log (id, at, action, object_type, result) "
    "VALUES ('01890000-0000-7000-8000-000000000001', now() - interval '40 days', 'thing.change', 'thing', 'ok')"
)


def check(trail: Trail, anchors: Sequence[Anchor] = (), last: int | None = None) -> Report:
    with trail.database.session() as session:
        keys = trail.settings.audit_key_ring()
        return verify(session, trail.settings.service, keys=keys, anchors=anchors, last=last)


def anchor(trail: Trail) -> Anchor:
    with trail.database.transaction() as session:
        dropped = anchoring.drop_anchor(session, trail.settings.service, None)
    assert dropped is not None
    return dropped


def id_at(trail: Trail, position: int) -> str:
    return str(trail.rows(f"SELECT audit_id FROM audit_chain WHERE position = {position}")[0][0])


def rewrite(trail: Trail) -> None:
    """What a skilled forger does: all the links anew, over the rows as they are now."""
    with trail.database.session() as session:
        service = trail.settings.service
        columns = ", ".join(f"a.{name}" for name in canonical.CONTENT)
        rows = session.connection().exec_driver_sql(
            f"SELECT {columns}, a.mac FROM audit_chain c JOIN audit_log a ON a.id = c.audit_id ORDER BY c.position"
        )
        before, links = canonical.genesis(service), []
        for place, row in enumerate(rows, 1):
            before = canonical.link(before, canonical.content(row[:-1]), row[-1])
            links.append(f"({place}, '{row[0]}', '\\x{before.hex()}')")
    trail.tamper(
        "DELETE FROM audit_chain", f"INSERT INTO audit_chain (position, audit_id, hash) VALUES {','.join(links)}"
    )


def test_an_untouched_trail_is_sound(trail: Trail) -> None:
    trail.write(3, before={"价格": 1e22, "z": [1.0, 100, -0.0, 0.1, None, True], "a": {"深": "层\n"}})
    trail.write(2, result="refused", detail={"说明": "缺少权限"})
    assert trail.seal() == 5
    report = check(trail, [anchor(trail)])
    assert report.sound, report.named
    assert (report.rows, report.position, report.anchors, report.waiting) == (5, 5, 1, 0)


def test_what_is_not_sealed_yet_is_waiting_and_no_finding(trail: Trail) -> None:
    trail.write(2)
    trail.seal()
    trail.write(1)
    report = check(trail)
    assert report.sound and report.waiting == 1


@pytest.mark.parametrize(
    "change",
    ["username = 'somebody'", "after = '{\"n\": 3}'", "at = at + interval '1 second'", "result = 'refused'",
     "object_id = NULL"],
)  # fmt: skip
def test_a_changed_row_is_named(trail: Trail, change: str) -> None:
    trail.write(6)
    trail.seal()
    victim = id_at(trail, 3)
    trail.tamper(f"UPDATE audit_log SET {change} WHERE id = '{victim}'")
    report = check(trail)
    assert report.counts == {"changed": 1, "forged": 1}
    assert victim in report.named[0].sentence() and "被改动" in report.named[0].sentence()


def test_a_row_changed_before_it_is_sealed_is_found_by_its_mac(trail: Trail) -> None:
    trail.write(2)
    trail.tamper("UPDATE audit_log SET username = 'somebody'")
    trail.seal()
    assert check(trail).counts == {"forged": 2}


def test_a_removed_row_is_named(trail: Trail) -> None:
    trail.write(5)
    trail.seal()
    victim = id_at(trail, 2)
    trail.tamper(f"DELETE FROM audit_log WHERE id = '{victim}'")
    report = check(trail)
    assert report.counts == {"removed": 1} and victim in report.named[0].where


def test_a_row_removed_with_its_link_leaves_a_gap(trail: Trail) -> None:
    trail.write(5)
    trail.seal()
    victim = id_at(trail, 2)
    trail.tamper(f"DELETE FROM audit_log WHERE id = '{victim}'", f"DELETE FROM audit_chain WHERE audit_id = '{victim}'")
    assert check(trail).counts == {"gap": 1}


def test_a_row_removed_before_it_is_sealed_leaves_its_note(trail: Trail) -> None:
    trail.write(3)
    trail.tamper("DELETE FROM audit_log WHERE object_id = '1'")
    assert trail.seal() == 2
    assert check(trail).counts == {"removed_unsealed": 1}


def test_an_inserted_row_is_named_when_it_went_around_the_chain(trail: Trail) -> None:
    trail.write(3)
    trail.seal()
    trail.tamper(FORGED)
    report = check(trail)
    assert report.counts == {"inserted": 1} and "01890000-0000-7000-8000-000000000001" in report.named[0].where


def test_an_inserted_row_is_named_when_the_chain_took_it(trail: Trail) -> None:
    trail.write(3)
    trail.tamper(FORGED, "INSERT INTO audit_pending VALUES ('01890000-0000-7000-8000-000000000001')")
    trail.seal()
    assert check(trail).counts == {"unsigned": 1}


def test_a_copied_row_is_named(trail: Trail) -> None:
    trail.write(3)
    trail.seal()
    columns = ", ".join([*canonical.CONTENT[1:], "mac"])
    trail.tamper(
        f"INSERT INTO audit_log (id, {columns}) SELECT gen_random_uuid(), {columns} FROM audit_log LIMIT 1",
        "INSERT INTO audit_pending SELECT id FROM audit_log WHERE id NOT IN (SELECT audit_id FROM audit_chain)",
    )
    trail.seal()
    assert check(trail).counts == {"forged": 1}


def test_a_cut_off_tail_is_found_by_an_anchor(trail: Trail) -> None:
    trail.write(6)
    trail.seal()
    witness = anchor(trail)
    gone = "(SELECT audit_id FROM audit_chain WHERE position > 4)"
    trail.tamper(f"DELETE FROM audit_log WHERE id IN {gone}", "DELETE FROM audit_chain WHERE position > 4")
    assert check(trail).sound, "the chain alone cannot know"
    assert check(trail, [witness]).counts == {"cut_off": 1}
    # New rows grow over the cut; the hash at the anchor's position is another one.
    trail.write(4)
    trail.seal()
    assert check(trail, [witness]).counts == {"rewritten": 1}


def test_a_rewritten_chain_is_found_by_an_anchor(trail: Trail) -> None:
    trail.write(6)
    trail.seal()
    witness = anchor(trail)
    trail.tamper(f"DELETE FROM audit_log WHERE id = '{id_at(trail, 2)}'")
    trail.tamper("DELETE FROM audit_chain WHERE position = 2")
    rewrite(trail)
    assert check(trail).sound, "the chain alone cannot know"
    assert check(trail, [witness]).counts == {"cut_off": 1}
    trail.write(1)
    trail.seal()
    assert check(trail, [witness]).counts == {"rewritten": 1}


def test_only_the_last_links_are_checked_on_demand(trail: Trail) -> None:
    trail.write(9)
    trail.seal()
    trail.tamper(f"UPDATE audit_log SET username = 'x' WHERE id = '{id_at(trail, 2)}'")
    assert check(trail, last=5).sound
    assert check(trail, last=8).counts == {"changed": 1, "forged": 1}


def test_another_key_verifies_nothing_and_a_replaced_key_still_does(trail: Trail) -> None:
    trail.write(2)
    trail.seal()
    old = trail.settings.audit_key_ring()
    with trail.database.session() as session:
        assert verify(session, trail.settings.service, keys=[b"x" * 32]).counts == {"forged": 2}
    with trail.database.session() as session:
        assert verify(session, trail.settings.service, keys=[b"x" * 32, *old]).sound


def test_two_keepers_make_one_chain(trail: Trail) -> None:
    trail.write(40)
    with trail.database.transaction() as one, trail.database.transaction() as two:
        from kit.audit import chain

        assert chain.seal(one, trail.settings.service, limit=10) == 10
        assert chain.seal(two, trail.settings.service, limit=10) == 0, "the other one is at it"
    assert Keeper(trail.database, trail.settings).seal() == 30
    assert check(trail).sound


def test_a_late_commit_is_sealed_after_what_was_begun_later(trail: Trail) -> None:
    from kit import audit

    with trail.database.transaction() as slow:
        audit.record(slow, None, "thing.change", "thing", "slow")
        slow.flush()
        trail.write(3)
        assert trail.seal() == 3
    assert trail.seal() == 1
    report = check(trail)
    assert report.sound and report.position == 4


def test_the_day_is_anchored_once_in_the_file_and_told_to_documents(trail: Trail, tmp_path: Path) -> None:
    settings = trail.settings.model_copy(update={"audit_anchor_dir": tmp_path})
    keeper = Keeper(trail.database, settings)
    assert keeper.anchor_today() is None, "nothing to anchor yet, and the day is not used up"
    trail.write(2)
    trail.seal()
    first = keeper.anchor_today()
    assert first is not None and first.position == 2
    assert keeper.anchor_today() is None
    lines = list(anchoring.from_file(tmp_path / "workflow.jsonl"))
    assert [(line.position, line.hash) for line in lines] == [(2, first.hash)]
    events = trail.rows("SELECT type, data ->> 'hash' FROM outbox")
    assert [tuple(row) for row in events] == [("cn.gas.audit.anchored.v1", first.hash)]
    assert check(trail, lines).sound
