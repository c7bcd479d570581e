"""Every route and every middleware of the gateway, on one screen each."""

from __future__ import annotations

from typing import Any

from gateway import identity_headers
from gateway.settings import GatewaySettings, Rate

# What is asked for in the services' own names and never from outside (architecture.md 6).
UNROUTED = ("internal", "healthz", "readyz", "metrics", "_gateway")


def dynamic(settings: GatewaySettings) -> dict[str, Any]:
    """Traefik's routing configuration."""
    result: dict[str, Any] = {
        "http": {
            "routers": _routers(settings),
            "middlewares": _middlewares(settings),
            "services": _services(settings),
            "serversTransports": {"backend": _transport(settings)},
        }
    }
    if settings.tls:
        tls = settings.tls
        certificate = {"certFile": tls.certificate, "keyFile": tls.key}
        result["tls"] = {
            "certificates": [certificate],
            "stores": {"default": {"defaultCertificate": certificate}},
            "options": {"default": {"minVersion": tls.min_version, "sniStrict": False}},
        }
    return result


def _routers(settings: GatewaySettings) -> dict[str, Any]:
    def router(rule: str, service: str, priority: int, *middlewares: str) -> dict[str, Any]:
        if settings.hosts:
            rule = f"({' || '.join(f'Host(`{host}`)' for host in settings.hosts)}) && ({rule})"
        return {"rule": rule, "service": service, "priority": priority, "middlewares": list(middlewares)}

    bucket = f"PathPrefix(`/{settings.bucket}/`)"
    unrouted = " || ".join(f"PathRegexp(`^/{name}(/|$)`)" for name in UNROUTED)
    writes = "(Method(`POST`) || Method(`PUT`) || Method(`PATCH`) || Method(`DELETE`))"
    signed_in = "HeaderRegexp(`Authorization`, `.`)"
    routers = {
        # The object store: only what documents has signed, whole and unbuffered, and never its own API.
        "objects": router(
            f"{bucket} && (Method(`GET`) || Method(`HEAD`) || Method(`PUT`)) && QueryRegexp(`X-Amz-Signature`, `^[0-9a-f]{{64}}$`)",
            "objects", 1000, "objects-headers",
        ),
        "objects-unsigned": router(f"{bucket} || Path(`/{settings.bucket}`)", "portal", 900, "secure", "answer-403"),
        "unrouted": router(unrouted, "portal", 2000, "secure", "answer-404"),
        # Semicolons and backslashes that come as they are; the encoded ones are refused at the entry point.
        "refused": router(r"PathRegexp(`[;\\]`)", "portal", 3000, "secure", "answer-400"),
        "portal": router("PathPrefix(`/`)", "portal", 1, "secure", "problems", "rate-address", "canonical", "portal-body"),
    }  # fmt: skip
    for service in settings.services:
        prefix = f"PathPrefix(`/api/{service}/`)"
        before = ("secure", "problems", "rate-address")
        after = (f"breaker-{service}", "retry", "compress")
        # Traefik's buffering middleware holds answers back as well; reads have no body to limit, and exports stream.
        routers[f"{service}"] = router(prefix, service, 100, *before, *after)
        routers[f"{service}-session"] = router(
            f"{prefix} && {signed_in}", service, 110, *before, "rate-session", *after
        )
        routers[f"{service}-writes"] = router(f"{prefix} && {writes}", service, 120, *before, *after, "body-json")
        routers[f"{service}-session-writes"] = router(
            f"{prefix} && {writes} && {signed_in}", service, 130, *before, "rate-session", *after, "body-json"
        )
        routers[f"{service}-imports"] = router(
            f"PathRegexp(`^/api/{service}/(.+/)?imports$`) && Method(`POST`)",
            service, 140, *before, "rate-session", *after, "body-import",
        )  # fmt: skip
    routers["auth-login"] = router(
        "PathRegexp(`^/api/auth/(mobile/)?login(/second-factor)?$`)",
        "auth",
        200,
        "secure",
        "problems",
        "rate-login",
        "breaker-auth",
        "body-json",
    )
    return routers


def _middlewares(settings: GatewaySettings) -> dict[str, Any]:
    headers, limits = settings.headers, settings.bodies
    hsts = {"stsSeconds": settings.tls.hsts_seconds, "stsIncludeSubdomains": True} if settings.tls else {}
    common = {
        "contentTypeNosniff": True,
        "referrerPolicy": headers.referrer_policy,
        "permissionsPolicy": headers.permissions_policy,
        "customResponseHeaders": {"Server": "", "X-Powered-By": "", "Cross-Origin-Opener-Policy": "same-origin"},
        **hsts,
    }
    resilience = settings.resilience
    result: dict[str, Any] = {
        # An empty value removes the header.
        "strip-identity": {"headers": {"customRequestHeaders": dict.fromkeys(identity_headers.NAMES, "")}},
        "secure": {"headers": {"frameDeny": True, "contentSecurityPolicy": headers.content_security_policy, **common}},
        "objects-headers": {"headers": {"contentSecurityPolicy": headers.objects_policy, **common}},
        # Answers that only the gateway gives are plain English text otherwise. 429 is not among them: the services' own
        # says how long to wait, and this middleware would lose it.
        "problems": {
            "errors": {"status": ["413", "502", "504"], "service": "portal", "query": "/_gateway/problem/{status}"}
        },
        "rate-address": _rate(settings.rates.per_address),
        "rate-login": _rate(settings.rates.login_per_address),
        "rate-session": _rate(settings.rates.per_session, {"requestHeaderName": "Authorization"}),
        "compress": {"compress": {"encodings": ["br", "gzip"], "minResponseBodyBytes": settings.compress_from_bytes}},
        "body-json": _body(limits.json_bytes),
        "body-import": _body(limits.import_bytes),
        "portal-body": _body(64 * 1024),
        "retry": {"retry": {"attempts": resilience.retry_attempts, "initialInterval": resilience.retry_interval}},
        **{f"answer-{status}": {"replacePath": {"path": f"/_gateway/problem/{status}"}} for status in (400, 403, 404)},
        "canonical": _canonical(settings),
    }
    for service in settings.services:
        result[f"breaker-{service}"] = {
            "circuitBreaker": {
                "expression": resilience.breaker,
                "checkPeriod": resilience.breaker_check,
                "fallbackDuration": resilience.breaker_fallback,
                "recoveryDuration": resilience.breaker_recovery,
                # 502 is turned into a problem by `problems`; 503 belongs to the services, which say more.
                "responseCode": 502,
            }
        }
    return result


def _rate(rate: Rate, criterion: dict[str, Any] | None = None) -> dict[str, Any]:
    # The address of the connection: X-Forwarded-For is believed from trusted proxies only, at the entry point.
    source = criterion or {"ipStrategy": {"depth": 0}}
    return {
        "rateLimit": {"average": rate.average, "period": rate.period, "burst": rate.burst, "sourceCriterion": source}
    }


def _body(size: int) -> dict[str, Any]:
    return {"buffering": {"maxRequestBodyBytes": size, "memRequestBodyBytes": min(size, 2 * 1024 * 1024)}}


def _canonical(settings: GatewaySettings) -> dict[str, Any]:
    """Leads `localhost` to the address that signed URLs carry: the page's uploads would be cross-origin otherwise."""
    if not settings.canonical_url:
        # A chain of nothing is refused by Traefik; a header that says what is true anyway is harmless.
        return {"headers": {"customResponseHeaders": {"Vary": "Accept-Encoding"}}}
    return {
        "redirectRegex": {"regex": r"^https?://localhost(:\d+)?/(.*)$", "replacement": settings.canonical_url + "/${2}"}
    }


def _services(settings: GatewaySettings) -> dict[str, Any]:
    def backend(url: str) -> dict[str, Any]:
        # The host is part of what documents has signed, so that it has to arrive as the client sent it.
        return {"loadBalancer": {"servers": [{"url": url}], "passHostHeader": True, "serversTransport": "backend"}}

    result = {service: backend(url) for service, url in settings.services.items()}
    return {**result, "portal": backend(settings.portal), "objects": backend(settings.objects)}


def _transport(settings: GatewaySettings) -> dict[str, Any]:
    timeouts = settings.timeouts
    return {
        "forwardingTimeouts": {
            "dialTimeout": timeouts.dial,
            "responseHeaderTimeout": timeouts.response_header,
            "idleConnTimeout": timeouts.backend_idle,
        },
        "maxIdleConnsPerHost": 100,
    }
