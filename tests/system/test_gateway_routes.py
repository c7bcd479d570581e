"""Where a request goes, and what never goes anywhere: the real Traefik, the rendered configuration."""

from __future__ import annotations

import pytest

from tests.system.traefik import Gateway, signed


@pytest.mark.parametrize("service", ["auth", "documents", "ledgers", "workflow", "reports"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_each_service_has_its_prefix(gateway: Gateway, service: str, method: str) -> None:
    answer = gateway.request(
        method, f"/api/{service}/things/1?q=%E7%87%83%E6%B0%94", headers={"Authorization": "Bearer t"}
    )
    assert answer.status == 200
    assert answer.json()["backend"] == service
    assert answer.json()["path"] == f"/api/{service}/things/1?q=%E7%87%83%E6%B0%94"
    assert answer.json()["headers"]["authorization"] == "Bearer t"


@pytest.mark.parametrize(
    "path",
    [
        "/internal", "/internal/revocations?since=0", "/healthz", "/readyz", "/metrics", "/metrics/", "/_gateway/problem/502",
        "//internal/revocations", "/x/../internal/revocations", "/%69nternal/revocations", "/./healthz",
    ],
)  # fmt: skip
def test_inner_paths_are_not_routed(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
    assert not any("internal" in seen["path"] for backend in gateway.backends.values() for seen in backend.seen)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing/here", "/api/ledgersx/1", "/api/ledgers"])
def test_an_unknown_api_is_a_problem_and_not_a_page(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path)
    assert answer.status == 404
    assert answer.json()["code"] == "not_found"


def test_another_host_name_leads_to_the_address_that_signed_urls_carry(gateway: Gateway) -> None:
    answer = gateway.get("/ledgers/x?tab=1", host=f"localhost:{gateway.port}")
    assert answer.status in (301, 302)
    assert answer.headers["location"] == f"http://127.0.0.1:{gateway.port}/ledgers/x?tab=1"


def test_an_api_call_under_another_name_is_answered(gateway: Gateway) -> None:
    assert gateway.get("/api/ledgers/x", host=f"localhost:{gateway.port}").status == 200


def test_a_service_that_hangs_up_is_a_problem_in_chinese(gateway: Gateway) -> None:
    answer = gateway.get("/api/workflow/hang-up")
    assert answer.status == 502
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "service_down"
    assert "稍后" in answer.json()["detail"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 503])
def test_the_services_own_errors_pass_unchanged(gateway: Gateway, status: int) -> None:
    answer = gateway.get(f"/api/documents/status/{status}")
    assert answer.status == status
    assert answer.json()["backend"] == "documents"
    if status in (429, 503):
        assert answer.headers["retry-after"] == "17"


def test_signed_object_requests_keep_host_and_query(gateway: Gateway) -> None:
    path = signed("/safework/laws/0192/%E5%AE%89%E5%85%A8%E7%94%9F%E4%BA%A7%E6%B3%95.pdf")
    answer = gateway.get(path)
    assert answer.json()["backend"] == "objects"
    assert answer.json()["path"] == path
    assert answer.json()["headers"]["host"] == f"127.0.0.1:{gateway.port}"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/safework/"), ("GET", "/safework"), ("GET", "/safework/?list-type=2"), ("GET", "/safework/a.pdf"),
        ("PUT", "/safework/a.pdf"), ("GET", "/safework/a.pdf?X-Amz-Signature="), ("GET", "/safework/a?X-Amz-Signature=xyz"),
        ("DELETE", signed("/safework/a.pdf")), ("POST", signed("/safework/a.pdf")), ("OPTIONS", signed("/safework/a.pdf")),
    ],
)  # fmt: skip
def test_unsigned_object_requests_never_reach_the_store(gateway: Gateway, method: str, path: str) -> None:
    gateway.backends["objects"].seen.clear()
    answer = gateway.request(method, path)
    assert answer.status == 403
    assert answer.json()["code"] == "forbidden"
    assert not gateway.backends["objects"].seen
