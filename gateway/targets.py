"""The settings of the three deployments: one program, three settings (architecture.md 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gateway.settings import SERVICES, GatewaySettings, Tls

# The ports of the containers; docker-compose.yml and deploy/k8s name the same ones, and a test compares them.
API_PORT = 8000
PORTAL_PORT = 8000
OBJECTS_PORT = 8333


def embedded(ports: Mapping[str, int], *, port: int, bind: str, public_url: str) -> GatewaySettings:
    """One machine: everything on loopback ports that were chosen at the first start."""
    host = f"[{bind}]" if ":" in bind else bind
    return GatewaySettings(
        target="embedded",
        address=f"{host}:{port}",
        ping_address=f"127.0.0.1:{ports['gateway_ping']}",
        canonical_url=public_url,
        services={service: f"http://127.0.0.1:{ports[f'{service}_api']}" for service in SERVICES},
        portal=f"http://127.0.0.1:{ports['portal']}",
        objects=f"http://127.0.0.1:{ports['objects_s3']}",
    )


def compose() -> GatewaySettings:
    """docker-compose.yml: containers by name. TLS is for whatever stands before it, or set in the environment."""
    return _containers("compose")


def kubernetes() -> GatewaySettings:
    """deploy/k8s: Services by name in one namespace, TLS from a mounted secret."""
    return _containers("kubernetes", tls=Tls(certificate="/etc/traefik/tls/tls.crt", key="/etc/traefik/tls/tls.key"))


def _containers(target: str, tls: Tls | None = None) -> GatewaySettings:
    return GatewaySettings(
        target=target,
        services={service: f"http://{service}:{API_PORT}" for service in SERVICES},
        portal=f"http://portal:{PORTAL_PORT}",
        objects=f"http://objects:{OBJECTS_PORT}",
        tls=tls,
    )


TARGETS: Mapping[str, Callable[[], GatewaySettings]] = {"compose": compose, "kubernetes": kubernetes}
