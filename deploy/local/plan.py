"""The whole stack on one screen: every process, what it needs, how one knows that it is well."""

from __future__ import annotations

import signal
import sys

from deploy.local import account, environment, freshness, objects, postgres, probes, secrets, topology, valkey
from deploy.local.layout import Layout
from deploy.local.options import Options
from deploy.local.ports import load as load_ports
from deploy.local.settings import LocalSettings
from deploy.local.spec import Spec

INFRASTRUCTURE, TASKS, SERVICES, GATEWAY = range(4)


def processes(layout: Layout) -> list[Spec]:
    """In the order of their dependencies."""
    ports, keys, plain = load_ports(layout), secrets.load(layout), environment.inherited()
    owner, options = account.for_data(layout.postgres), Options.load(layout)
    own = {**plain, "SAFEWORK_VAR": str(layout.root)}

    def fresh() -> bool:
        password = secrets.demo_password(LocalSettings(), layout)
        return freshness.is_fresh(layout, ports["postgres"], keys, password)

    def python(*arguments: str) -> tuple[str, ...]:
        return (sys.executable, "-m", *arguments)

    stack = [
        # SIGINT is PostgreSQL's fast shutdown: it ends connections; SIGTERM would wait for them.
        Spec("postgres", tuple(postgres.command(layout, ports["postgres"])), stage=INFRASTRUCTURE, env=plain,
             cwd=layout.postgres, user=owner.user, group=owner.group, stop_signal=signal.SIGINT, stop_patience=30,
             ready=probes.postgres_answers(ports["postgres"], keys["postgres_superuser"])),
        Spec("valkey", tuple(valkey.command(layout)), stage=INFRASTRUCTURE, env=plain, cwd=layout.valkey,
             ready=probes.valkey_answers(valkey.url(keys, ports["valkey"]))),
        # weed does not end by itself while its own gRPC streams are open. What it has acknowledged is on disk
        # (measured with kill -9, architecture.md 5), so that there is nothing to wait for.
        Spec("objects", tuple(objects.command(layout, ports)), stage=INFRASTRUCTURE, env=plain, cwd=layout.objects,
             stop_patience=2, orphan_signal=signal.SIGKILL, ready=probes.http_ok(ports["objects_s3"], "/healthz")),
        Spec("databases", python("deploy.local.tasks", "databases"), ("postgres",), TASKS, task=True, env=own,
             unneeded=fresh),
        Spec("bucket", python("deploy.local.tasks", "bucket"), ("objects",), TASKS, task=True, env=own,
             unneeded=lambda: objects.bucket_made(layout)),
        Spec("migrate", python("deploy.local.tasks", "migrate"), ("databases",), TASKS, task=True, env=own,
             unneeded=fresh),
        Spec("seed", python("deploy.local.tasks", "seed"), ("migrate",), TASKS, task=True, env=own, unneeded=fresh),
    ]  # fmt: skip
    for service in topology.SERVICES:
        stack += _service(layout, service, ports[f"{service}_api"], python)
    portal = ports["portal"]
    return [
        *stack,
        Spec("portal", python("deploy.cli", "portal", "--port", str(portal)), env=plain,
             ready=probes.http_ok(portal, "/healthz")),
        Spec("gateway", _gateway(layout), stage=GATEWAY, env=plain, cwd=layout.gateway, stop_patience=15,
             ready=probes.routes_known(options.loopback, options.port), alive=probes.http_ok(ports["gateway_ping"], "/ping")),
    ]  # fmt: skip


def _service(layout: Layout, service: str, port: int, python: object) -> list[Spec]:
    assert callable(python)
    plain = environment.inherited()

    # They need the tables and nothing else to begin with: what else is away shows in /readyz, or is waited for.
    heartbeat = layout.heartbeat(f"{service}-worker")
    return [
        Spec(f"{service}-api", python("deploy.cli", "api", service), ("migrate",), SERVICES,
             env=plain | environment.for_service(layout, service),
             ready=probes.http_ok(port, "/readyz"), alive=probes.http_ok(port, "/healthz")),
        # Nameko finishes the handlers that run; 60 s is the longest that one may take (reliability.md 2.9).
        Spec(f"{service}-worker", python("deploy.cli", "worker", service), ("migrate",), SERVICES,
             env=plain | environment.for_service(layout, service, process="worker"),
             ready=probes.heartbeat(heartbeat), alive=probes.heartbeat(heartbeat), patience=0, stop_patience=60),
    ]  # fmt: skip


def _gateway(layout: Layout) -> tuple[str, ...]:
    from deploy.local.gateway import program

    return (program(), f"--configfile={layout.gateway / 'traefik.yaml'}")
