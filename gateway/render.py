"""GatewaySettings → Traefik's two files: the static one (listeners) and the dynamic one (routes)."""

from __future__ import annotations

from typing import Any

import yaml

from gateway.routes import dynamic
from gateway.settings import GatewaySettings

_HEADING = "# Written by `python -m gateway render --target {target}` from gateway/settings.py: change it there.\n"


def render(settings: GatewaySettings, *, dynamic_path: str = "/etc/traefik/dynamic.yaml") -> dict[str, str]:
    """The files by name: `traefik.yaml` and `dynamic.yaml`."""
    return {
        "traefik.yaml": _text(settings, static(settings, dynamic_path)),
        "dynamic.yaml": _text(settings, dynamic(settings)),
    }


def _text(settings: GatewaySettings, value: dict[str, Any]) -> str:
    body = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=120)
    return _HEADING.format(target=settings.target) + body


def static(settings: GatewaySettings, dynamic_path: str) -> dict[str, Any]:
    """Traefik's install configuration."""
    entry = _entry_point(settings, settings.address)
    points: dict[str, Any] = {"web": entry}
    if settings.tls:
        points["web"] = {
            "address": settings.address,
            "http": {
                "redirections": {
                    "entryPoint": {"to": f":{settings.tls.public_port}", "scheme": "https", "permanent": True}
                }
            },
        }
        points["websecure"] = _entry_point(settings, f":{settings.tls.port}")
        points["websecure"]["http"]["tls"] = {"options": "default"}
    points["ping"] = {"address": settings.ping_address, "http": {"aliasHeadersStrategy": "delete"}}
    result: dict[str, Any] = {
        # It would ask GitHub for new versions and report usage otherwise.
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
        "entryPoints": points,
        "ping": {"entryPoint": "ping"},
        "providers": {"file": {"filename": dynamic_path, "watch": True}},
        "log": {"level": settings.log_level, "format": "common" if settings.target == "embedded" else "json"},
    }
    if settings.access_log:
        result["accessLog"] = {
            "format": "common" if settings.target == "embedded" else "json",
            # Signed URLs carry their signature in the query, searches an identity number; tokens are in headers. None of them
            # belongs in a log. Dropped: "redact" is taken by Traefik 3.7 without a word, and the query logged as it is.
            "fields": {"queryParameters": {"defaultMode": "drop"}, "headers": {"defaultMode": "drop"}},
        }
    return result


def _entry_point(settings: GatewaySettings, address: str) -> dict[str, Any]:
    timeouts = settings.timeouts
    # One address reads one way only: what the gateway and a service might understand differently is refused.
    refused = ("Slash", "BackSlash", "NullCharacter", "Semicolon", "Percent", "QuestionMark", "Hash")
    forwarded: dict[str, Any] = {"insecure": False}
    if settings.trusted_proxies:
        forwarded["trustedIPs"] = list(settings.trusted_proxies)
    return {
        "address": address,
        "asDefault": True,
        "forwardedHeaders": forwarded,
        "transport": {
            "respondingTimeouts": {"readTimeout": timeouts.read, "idleTimeout": timeouts.idle},
            "lifeCycle": {"graceTimeOut": timeouts.grace},
        },
        "http": {
            "sanitizePath": True,
            "encodedCharacters": {f"allowEncoded{name}": False for name in refused},
            "aliasHeadersStrategy": "delete",
            "maxHeaderBytes": settings.bodies.header_bytes,
            "middlewares": ["strip-identity@file"],
        },
    }
