"""Whatever is sent to any route: a clear answer, and never a 5xx."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.service.documents.conftest import Documents
from tests.service.documents.files import pdf


def test_no_route_breaks(documents: Documents) -> None:
    folder = documents.folder("甲")
    node = documents.upload("法.pdf", pdf(), parent_id=folder["id"])
    real = {"slug": "laws", "node_id": node["id"], "upload_id": documents.begin("二.pdf", pdf())["id"]}
    schema = schemathesis.openapi.from_asgi("/api/documents/openapi.json", documents.api.app)
    seen = set()
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy(), known=st.booleans())
        def send(case: schemathesis.Case, known: bool) -> None:
            if known:  # what is there is reached, and not only the 404 before it
                case.path_parameters = {
                    name: real.get(name, value) for name, value in (case.path_parameters or {}).items()
                }
            answer = case.call(headers=documents.issuer.headers(documents.who))
            # No ledgers stand beside this service: who asks for a row's files is told so, and that is the one 503.
            away = answer.status_code == 503 and answer.json()["code"] == "owner_unavailable"
            assert answer.status_code < 500 or (away and "/attachments/" in case.path), answer.text
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == ["application/problem+json"], answer.headers
                assert answer.json()["code"] and answer.json()["title"]
            seen.add((case.method, case.path, answer.status_code < 300))

        send()
    # Something got through: a wall of 422 would prove nothing.
    assert ("GET", "/api/documents/libraries", True) in seen
    assert len({path for _, path, _ in seen}) >= 10
