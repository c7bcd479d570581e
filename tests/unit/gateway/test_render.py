"""The rendered configuration: the committed copies are fresh, and the rules that no test of Traefik can show hold."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from gateway.__main__ import COMMITTED
from gateway.render import render
from gateway.settings import SERVICES, GatewaySettings, Tls
from gateway.targets import TARGETS, embedded

PORTS = {
    name: 20_000 + n for n, name in enumerate(["gateway_ping", "portal", "objects_s3", *(f"{s}_api" for s in SERVICES)])
}


def _settings(target: str) -> GatewaySettings:
    if target == "embedded":
        return embedded(PORTS, port=8080, bind="127.0.0.1", public_url="http://127.0.0.1:8080")
    return TARGETS[target]()


def _rendered(settings: GatewaySettings) -> tuple[dict[str, Any], dict[str, Any]]:
    files = render(settings)
    return yaml.safe_load(files["traefik.yaml"]), yaml.safe_load(files["dynamic.yaml"])


@pytest.mark.parametrize("target", sorted(COMMITTED))
def test_the_committed_copy_is_what_the_settings_say(target: str) -> None:
    for name, text in render(TARGETS[target]()).items():
        assert (COMMITTED[target] / name).read_text(encoding="utf-8") == text, "run: python -m gateway render"


@pytest.mark.parametrize("target", ["embedded", "compose", "kubernetes"])
class TestEveryTarget:
    """Rules of reliability.md 3.10."""

    def test_forwarded_headers_are_never_taken_from_anybody(self, target: str) -> None:
        static, _ = _rendered(_settings(target))
        public = [point for name, point in static["entryPoints"].items() if "middlewares" in point.get("http", {})]
        assert public
        for point in public:
            assert point["forwardedHeaders"]["insecure"] is False
            assert not any(point["http"]["encodedCharacters"].values())
            assert point["http"]["aliasHeadersStrategy"] == "delete"
            assert point["http"]["sanitizePath"] is True

    def test_no_dashboard_and_no_calls_home(self, target: str) -> None:
        static, _ = _rendered(_settings(target))
        assert "api" not in static
        assert static["global"] == {"checkNewVersion": False, "sendAnonymousUsage": False}

    def test_every_name_that_a_router_uses_exists(self, target: str) -> None:
        static, dynamic = _rendered(_settings(target))
        http = dynamic["http"]
        used = {m for router in http["routers"].values() for m in router["middlewares"]}
        assert used <= http["middlewares"].keys()
        assert {router["service"] for router in http["routers"].values()} <= http["services"].keys()
        for point in static["entryPoints"].values():
            for middleware in point.get("http", {}).get("middlewares", []):
                assert middleware.removesuffix("@file") in http["middlewares"]
        unused = http["middlewares"].keys() - used - {"strip-identity"}
        assert not unused, f"a middleware that no route uses protects nobody: {unused}"

    def test_every_route_carries_security_headers_and_every_write_a_body_limit(self, target: str) -> None:
        _, dynamic = _rendered(_settings(target))
        for name, router in dynamic["http"]["routers"].items():
            assert router["middlewares"][0] in ("secure", "objects-headers"), name
            if "Method(`POST`)" in router["rule"] and router["service"] in SERVICES:
                assert router["middlewares"][-1].startswith("body-"), name

    def test_the_host_reaches_every_backend(self, target: str) -> None:
        _, dynamic = _rendered(_settings(target))
        for service in dynamic["http"]["services"].values():
            assert service["loadBalancer"]["passHostHeader"] is True


def test_kubernetes_redirects_to_tls_and_says_so_to_browsers() -> None:
    static, dynamic = _rendered(TARGETS["kubernetes"]())
    assert static["entryPoints"]["web"]["http"]["redirections"]["entryPoint"]["to"] == ":443"
    assert "tls" in static["entryPoints"]["websecure"]["http"]
    assert dynamic["tls"]["options"]["default"]["minVersion"] == "VersionTLS12"
    assert dynamic["http"]["middlewares"]["secure"]["headers"]["stsSeconds"] == 31_536_000


def test_without_tls_no_promise_of_tls_is_made() -> None:
    _, dynamic = _rendered(_settings("embedded"))
    assert "stsSeconds" not in dynamic["http"]["middlewares"]["secure"]["headers"]


def test_hosts_restrict_every_router() -> None:
    settings = TARGETS["compose"]().model_copy(update={"hosts": ("safety.example.com",)})
    _, dynamic = _rendered(settings)
    assert all("Host(`safety.example.com`)" in router["rule"] for router in dynamic["http"]["routers"].values())


def test_a_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEWORK_GATEWAY_RATES__PER_SESSION__AVERAGE", "1200")
    monkeypatch.setenv("SAFEWORK_GATEWAY_RATES__PER_SESSION__BURST", "400")
    _, dynamic = _rendered(TARGETS["compose"]())
    assert dynamic["http"]["middlewares"]["rate-session"]["rateLimit"]["average"] == 1200


def test_the_content_security_policy_allows_inline_styles_and_nothing_else_inline() -> None:
    policy = _settings("embedded").headers.content_security_policy
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["script-src"] == "'self'"
    assert directives["connect-src"] == "'self'"
    assert directives["img-src"] == "'self' data: blob:"
    assert [name for name, value in directives.items() if "unsafe" in value] == ["style-src"]
    assert not re.search(r"https?://|\*", policy)


def test_tls_needs_both_files() -> None:
    with pytest.raises(ValueError, match="key"):
        Tls.model_validate({"certificate": "/a"})
