"""`safework audit` on a service's own database, as in a container: settings from the environment."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.cli import app
from tests.service.audit.conftest import KEY, Trail
from tests.service.audit.test_verify import id_at


@pytest.fixture
def run(trail: Trail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("SAFEWORK_ENVIRONMENT", "embedded")
    monkeypatch.setenv("SAFEWORK_DATABASE_URL", trail.settings.database_url.get_secret_value())
    monkeypatch.setenv("SAFEWORK_AUDIT_KEYS", KEY)
    monkeypatch.setenv("SAFEWORK_AUDIT_ANCHOR_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "400")

    def command(*words: str) -> Result:
        return CliRunner().invoke(app, ["audit", *words, "--service", "workflow"])

    return command


def test_a_sound_trail_is_said_to_be_and_ends_with_0(trail: Trail, run: Callable[..., Result]) -> None:
    trail.write(4)
    anchored = run("anchor")
    assert anchored.exit_code == 0, anchored.output
    result = run("verify")
    assert result.exit_code == 0, result.output
    assert "workflow：完好" in result.output and "记录 4 条，链长 4，待封存 0 条" in result.output
    assert "其中数据库以外的 1 个" in result.output


def test_tampering_ends_with_1_and_names_the_row_in_chinese(trail: Trail, run: Callable[..., Result]) -> None:
    trail.write(4)
    run("anchor")
    victim = id_at(trail, 2)
    trail.tamper(f"UPDATE audit_log SET username = 'x' WHERE id = '{victim}'")
    result = run("verify")
    assert result.exit_code == 1
    assert "workflow：发现异常" in result.output and "记录内容被改动" in result.output and victim in result.output


def test_a_cut_off_tail_is_found_by_the_file_of_anchors(trail: Trail, run: Callable[..., Result]) -> None:
    trail.write(4)
    run("anchor")
    trail.tamper("TRUNCATE audit_log, audit_chain, audit_pending, audit_anchor")
    result = run("verify", "--json")
    assert result.exit_code == 1, result.output
    (report,) = json.loads(result.stdout)
    assert report["counts"] == {"cut_off": 1}
    assert report["findings"][0]["message"].startswith("链尾被截断")


def test_anchors_that_were_carried_elsewhere_are_compared_too(
    trail: Trail, run: Callable[..., Result], tmp_path: Path
) -> None:
    trail.write(3)
    run("anchor")
    kept = tmp_path / "elsewhere.txt"
    kept.write_text(run("anchors").stdout)
    assert len(kept.read_text().splitlines()) == 2, "the database's own copy and the file's"
    (tmp_path / "workflow.jsonl").unlink()
    trail.tamper("TRUNCATE audit_log, audit_chain, audit_pending, audit_anchor")
    assert run("verify").exit_code == 0, "nothing here remembers"
    assert run("verify", "--anchors", str(kept)).exit_code == 1


def test_a_broken_file_of_anchors_is_an_error_and_no_finding(
    trail: Trail, run: Callable[..., Result], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_text('{"service": "workflow"}\n')
    result = run("verify", "--anchors", str(broken))
    assert result.exit_code == 1 and "不是有效的锚点记录" in result.output
