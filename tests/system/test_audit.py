"""The audit trail of the whole system: sealed by the workers, anchored in the file and in the object store, checked by the
command; and nothing in any log that should not be there."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from kit.fields.identity import to_identity_number
from tests.system.stack import Stack, wait_for

# Three parts, of which the first two are JSON objects: a token in whole.
TOKEN = re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{20,}")
PASSWORD = re.compile(r"""["']?(?:password|passwd|secret)["']?\s*[:=]\s*["'](?!\*|\[)[^"']{6,}["']""", re.IGNORECASE)
IDENTITY = re.compile(
    r"(?<![\w.-])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\w.-])"
)
# A refusal beyond the allowance of a minute is left out by purpose (`refusal_not_audited`).
NOT_AUDITED = re.compile(r"(?<!refusal_)\bnot_audited\b")


def found(text: str) -> list[str]:
    numbers = [number for number in IDENTITY.findall(text) if isinstance(to_identity_number(number), str)]
    return [*TOKEN.findall(text), *PASSWORD.findall(text), *numbers]


@pytest.mark.parametrize(
    "line",
    [
        "GET / Authorization=Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg",
        '{"password": "Correct-horse-1"}',
        "id_number=11010519491231002X",
    ],
)
def test_the_search_finds_what_it_is_for(line: str) -> None:
    assert found(line)


def test_the_trail_is_sealed_anchored_and_sound(stack: Stack) -> None:
    wrong = httpx.post(f"{stack.url}/api/auth/login", json={"username": "auditor", "password": "not-this-1"})
    assert wrong.status_code == 401
    signed = httpx.post(f"{stack.url}/api/auth/login", json={"username": "auditor", "password": stack.password})
    head = {"Authorization": f"Bearer {signed.json()['access_token']}"}

    def sealed() -> bool:
        chain = httpx.get(f"{stack.url}/api/auth/audit/_chain", headers=head).json()
        return bool(chain["position"]) and chain["waiting"] == 0 and chain["signed"]

    wait_for(sealed, 20, lambda: httpx.get(f"{stack.url}/api/auth/audit/_chain", headers=head).text)
    failed = httpx.get(f"{stack.url}/api/auth/audit?action=login&result=failed", headers=head).json()["items"]
    assert failed and failed[0]["action_title"] == "登录" and failed[0]["address"]

    anchor = json.loads(stack.safework("audit", "anchor", "--service", "auth").stdout.partition("：")[2])
    assert anchor["service"] == "auth" and anchor["hash"] in (stack.layout.audit_anchors / "auth.jsonl").read_text()

    def in_the_store() -> bool:
        # Once in the database, once in the file, once in the object store.
        return stack.safework("audit", "anchors", "--service", "auth").stdout.count(anchor["hash"]) == 3

    wait_for(in_the_store, 30, lambda: stack.safework("audit", "anchors", "--service", "auth").stdout)
    reports = json.loads(stack.safework("audit", "verify", "--json").stdout)
    assert {report["service"]: report["counts"] for report in reports} == {
        name: {} for name in ("auth", "documents", "ledgers", "reports", "workflow")
    }
    assert next(report for report in reports if report["service"] == "auth")["witnesses"] >= 2


def test_no_log_holds_a_token_a_password_or_an_identity_number(stack: Stack) -> None:
    for file in stack.layout.log.iterdir():
        text = file.read_text(errors="replace")
        assert found(text) == [], file.name


def test_every_change_was_written_down(stack: Stack) -> None:
    """No route of those that were called so far changed something without a row of the trail (kit.audit.duty)."""
    for file in stack.layout.log.glob("*-api.log"):
        missed = [line for line in file.read_text(errors="replace").splitlines() if NOT_AUDITED.search(line)]
        assert not missed, f"{file.name}: {missed[:5]}"
