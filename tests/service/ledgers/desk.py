"""What the tests of imports share: sending a workbook, waiting, confirming."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook

from contracts.principal import Principal
from tests.catalogue.conftest import Bench

SAMPLES = Path("tests/fixtures/samples")
CERTIFICATES, FACILITIES, SUPPLIES = "special-operation-certificates", "fire-facilities", "emergency-supplies"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Desk:
    """One person at the import page of one ledger."""

    def __init__(self, bench: Bench, slug: str, who: Principal) -> None:
        self.bench, self.slug, self.who = bench, slug, who

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """A request under the ledger."""
        return self.bench.ask(self.who, method, f"/{self.slug}{path}", **more)

    def send(self, content: bytes, name: str = "台账.xlsx", **form: str) -> Any:
        """The upload, as it is answered."""
        return self.ask("POST", "/imports", files={"file": (name, content, XLSX)}, data=form)

    def upload(self, content: bytes, name: str = "台账.xlsx", **form: str) -> dict[str, Any]:
        """The upload, validated."""
        answer = self.send(content, name, **form)
        assert answer.status_code == 201, answer.text
        return self.settled(answer.json())

    def settled(self, job: dict[str, Any], *until: str) -> dict[str, Any]:
        """The job when the background has done with it."""
        ends = until or ("ready", "mapping", "failed", "confirmed", "cancelled", "undone")
        deadline = time.monotonic() + 90
        while job["state"] not in ends:
            assert time.monotonic() < deadline, job
            time.sleep(0.1)
            job = self.ask("GET", f"/imports/{job['id']}").json()
        return job

    def confirm(self, job: dict[str, Any], **body: Any) -> Any:
        """The confirmation, as it is answered."""
        return self.ask("POST", f"/imports/{job['id']}/confirm", json=body)

    def bring_in(self, content: bytes, name: str = "台账.xlsx", **form: str) -> dict[str, Any]:
        """Upload and confirmation of a file without errors."""
        job = self.upload(content, name, **form)
        assert (job["state"], job["invalid"]) == ("ready", 0), job["errors"][:5] or job
        answer = self.confirm(job)
        assert answer.status_code == 200, answer.text
        return self.settled(answer.json(), "confirmed", "failed", "ready")

    def export(self, **params: str) -> bytes:
        """The workbook of the list."""
        answer = self.ask("GET", "/export.xlsx", params=params)
        assert answer.status_code == 200, answer.text
        return answer.content

    def total(self) -> int:
        """How many rows the person sees."""
        return self.ask("GET", "", params={"size": "1"}).json()["total"]


def sample(name: str) -> bytes:
    """One of the workbooks that departments have sent."""
    return (SAMPLES / name).read_bytes()


def opened(content: bytes) -> Workbook:
    """A workbook of ours, read with another library than the one that wrote it."""
    return load_workbook(io.BytesIO(content))


__all__ = ["CERTIFICATES", "FACILITIES", "SUPPLIES", "Bench", "Desk", "opened", "sample"]
