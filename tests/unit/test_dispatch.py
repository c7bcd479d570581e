"""Routes found by their segments are those that the router's own search finds, in its order."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.testclient import TestClient

from kit.http.dispatch import Dispatch

ROUTES = [
    ("GET", "/healthz"),
    ("GET", "/api/x/radar/days"),
    ("GET", "/api/x/{slug}/template.xlsx"),
    ("POST", "/api/x/{slug}/imports"),
    ("GET", "/api/x/a"),
    ("POST", "/api/x/a"),
    ("GET", "/api/x/a/export.xlsx"),
    ("GET", "/api/x/a/{id}"),
    ("PUT", "/api/x/a/{id}"),
    ("GET", "/api/x/b/{id}"),
    ("GET", "/api/x/{anything}"),
    ("GET", "/api/x/a/{id}/history"),
]  # fmt: skip


def application(*, tree: bool, included: bool = True) -> FastAPI:
    app = FastAPI(redirect_slashes=False, openapi_url="/api/x/openapi.json")
    router = APIRouter()
    for method, path in ROUTES:

        async def answer(request: Request, here: str = f"{method} {path}") -> dict[str, object]:
            return {"route": here, "path": request.path_params}

        router.add_api_route(path, answer, methods=[method])
    app.router.routes.extend(router.routes)
    if included:
        late = APIRouter()

        @late.get("/api/x/a/{id}/late")
        def answer_late() -> dict[str, str]:
            return {"route": "late"}

        app.include_router(late)
    if tree:
        app.router.middleware_stack = Dispatch(app.router, app.router.middleware_stack)
    return app


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    [
        "/healthz", "/healthz/", "/", "/api", "/api/x", "/api/x/", "/api/x/a", "/api/x/a/", "/api/x/q", "/api/x/radar/days",
        "/api/x/a/template.xlsx", "/api/x/q/template.xlsx", "/api/x/a/imports", "/api/x/b/imports", "/api/x/a/export.xlsx",
        "/api/x/b/export.xlsx", "/api/x/a/1", "/api/x/q/1", "/api/x/a/1/history", "/api/x/a/1/late", "/api/x/a/1/nothing",
        "/api/x/openapi.json", "/api/x/radar/imports", "/api/x/a%2Fb", "/api/x/张", "//x/a", "/api/x/a//",
    ],
)  # fmt: skip
def test_it_finds_what_the_search_finds(method: str, path: str) -> None:
    answers = []
    for tree in (False, True):
        with TestClient(application(tree=tree)) as client:
            answer = client.request(method, path)
            answers.append((answer.status_code, answer.text, answer.headers.get("allow")))
    assert answers[0] == answers[1]


def test_a_path_that_is_declared_word_for_word_is_meant_by_no_template() -> None:
    with TestClient(application(tree=True, included=False)) as client:
        refused = client.put("/api/x/a/export.xlsx")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
        assert client.post("/api/x/a").json()["route"] == "POST /api/x/a"
        assert client.delete("/api/x/a").headers["allow"] == "GET, POST"
        assert client.delete("/api/x/radar/imports").headers["allow"] == "POST"
        assert client.get("/api/x/a/template.xlsx").json()["route"] == "GET /api/x/{slug}/template.xlsx"
        assert client.put("/api/x/a/1").json()["route"] == "PUT /api/x/a/{id}"


def test_most_requests_do_not_come_to_the_search() -> None:
    app = application(tree=False)

    async def search(*_: object) -> None:
        raise AssertionError("searched")

    app.router.middleware_stack = Dispatch(app.router, search)
    client = TestClient(app)
    for path in ("/healthz", "/api/x/a", "/api/x/a/1", "/api/x/radar/days", "/api/x/q/template.xlsx", "/api/x/q"):
        assert client.get(path).status_code == 200
