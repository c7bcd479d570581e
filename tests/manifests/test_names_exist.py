"""What compose, Kubernetes and the Dockerfile name is there in the code: commands, modules, ports, paths, variables, secret
files, queues. A renamed setting or command fails here, and not in a cluster."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import pytest
import typer.main
import yaml

from contracts.subscriptions import SUBSCRIBERS
from deploy.cli import app as command_line
from gateway import portal, targets
from kit.bus.broker import inbox_queue, receipts_queue
from kit.http import health
from tests.manifests.manifests import (
    ROOT,
    SERVICES,
    compose,
    compose_environment,
    dockerfile,
    environment,
    infra,
    instructions,
    of_kind,
    pod_environment,
    production,
    workloads,
)

SUBSCRIBER_NAMES = sorted({name for names in SUBSCRIBERS.values() for name in names})


def service_of(name: str) -> str:
    return name.removesuffix("-worker").removesuffix("-migrate").removesuffix("-api")


def commands() -> Iterator[tuple[str, list[str]]]:
    """(where, words after `safework`), wherever a container of ours is started."""
    for name, service in compose()["services"].items():
        if not service["image"].startswith("safework/"):
            continue
        if name.endswith("-migrate"):
            # The entry point is a shell line with the service as $0 ($$ is compose's way to write $).
            shell, flags, line = service["entrypoint"]
            assert (shell, flags) == ("/bin/sh", "-euc")
            for part in line.split("&&"):
                program, *words = part.replace("$$0", service["command"][0]).replace('"', "").split()
                assert program == "safework"
                yield f"compose/{name}", words
        elif "command" in service:
            yield f"compose/{name}", service["command"]
    for workload in workloads(production()):
        for container in workload.containers:
            if container["image"].startswith("safework/"):
                assert "command" not in container
                yield f"k8s/{workload.name}/{container['name']}", container["args"]
    for stage in ("portal", "service"):
        (words,) = [json.loads(rest) for verb, rest in instructions(stage) if verb == "CMD"]
        yield f"Dockerfile/{stage}", words


COMMANDS = list(commands())


def test_there_are_commands_to_check() -> None:
    words = {tuple(words) for _, words in COMMANDS}
    for service in SERVICES:
        assert {(verb, service) for verb in ("api", "worker", "migrate", "seed")} <= words


@pytest.mark.parametrize(("where", "words"), COMMANDS, ids=[where for where, _ in COMMANDS])
def test_every_command_is_one_of_ours(where: str, words: list[str]) -> None:
    group = typer.main.get_command(command_line)
    assert isinstance(group, click.Group) or hasattr(group, "commands")
    if words == ["--help"]:
        return
    name, *arguments = words
    found = group.commands[name]  # type: ignore[attr-defined]
    # Parses the words as the command line would, without running anything.
    found.make_context(name, list(arguments))
    if name in ("api", "worker", "migrate", "seed"):
        (service,) = arguments
        # A service without a seed has nothing to seed; the command says nothing then.
        modules = {"api": "api", "worker": "worker", "migrate": "migrations.env", "seed": "settings"}
        assert importlib.util.find_spec(f"services.{service}.{modules[name]}") is not None
        folder = where.split("/")[1]
        assert service_of(folder) == service


@pytest.mark.parametrize("service", SERVICES)
def test_a_worker_class_is_where_the_command_looks(service: str) -> None:
    from kit.worker import Worker
    from kit.worker.checks import check_subscriptions

    module = importlib.import_module(f"services.{service}.worker")
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Worker) and value.__module__ == module.__name__
    ]
    (found,) = classes
    assert found.name == service
    check_subscriptions(found)


def test_images_are_built_for_what_runs_in_them() -> None:
    for name, service in compose()["services"].items():
        if "build" in service:
            build = service["build"]
            assert build["target"] in dockerfile()
            if build["target"] == "service":
                assert build["args"] == {"SERVICE": service_of(name)}
        if service["image"].startswith("safework/") and name != "portal":
            assert service["image"].split(":")[0] == f"safework/{service_of(name)}"
    for workload in workloads(production()):
        for container in workload.containers:
            if container["image"].startswith("safework/") and workload.name != "portal":
                assert container["image"].split(":")[0] == f"safework/{service_of(workload.name)}"


# --- variables and secrets -------------------------------------------------------------------------------------------------


def containers() -> Iterator[tuple[str, str, dict[str, str], set[str]]]:
    """(where, service, environment, names of secret files) of every container of a service."""
    for name, service in compose()["services"].items():
        if service["image"].startswith("safework/") and name != "portal":
            files = {secret["target"] for secret in service["secrets"]}
            yield f"compose/{name}", service_of(name), compose_environment(name), files
    told = secret_keys()
    for workload in workloads(production()):
        if workload.name in ("gateway", "portal"):
            continue
        for container in workload.containers:
            mounted = {mount["name"] for mount in container["volumeMounts"]}
            files = set()
            for volume in workload.spec["volumes"]:
                if volume["name"] in mounted and volume["name"].endswith("secrets"):
                    sources = volume.get("projected", {}).get("sources") or [volume]
                    for source in sources:
                        secret = source["secret"]
                        files |= told[secret.get("name") or secret["secretName"]]
            where = f"k8s/{workload.name}/{container['name']}"
            yield where, service_of(workload.name), pod_environment(container), files


def secret_keys() -> dict[str, set[str]]:
    """Secret → keys, as deploy/k8s/infra/README.md tells the operator."""
    result: dict[str, set[str]] = {}
    for line in (ROOT / "deploy/k8s/infra/README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            _, secrets, keys, _ = line.split("|")
            for secret in re.findall(r"`([^`]+)`", secrets):
                for service in SERVICES:
                    names = {key for key in re.findall(r"`([^`]+)`", keys) if key.startswith("safework_")}
                    result.setdefault(secret.replace("<service>", service), set()).update(names)
    return result


CONTAINERS = list(containers())


def fields_of(service: str) -> dict[str, Any]:
    from kit.bus.settings import BusSettings

    settings = importlib.import_module(f"services.{service}.settings").Settings
    numbers = {f"bus_{name}" for name in BusSettings.model_fields}
    return dict.fromkeys([*settings.model_fields, *numbers])


@pytest.mark.parametrize(("where", "service", "variables", "files"), CONTAINERS, ids=[one[0] for one in CONTAINERS])
def test_every_variable_and_secret_is_a_setting(
    where: str, service: str, variables: dict[str, str], files: set[str]
) -> None:
    fields = fields_of(service)
    ours = {name for name in variables if name.startswith("SAFEWORK_")} - {"SAFEWORK_SECRETS_DIR"}
    assert ours
    assert {name.removeprefix("SAFEWORK_").lower() for name in ours} <= fields.keys()
    assert {name.removeprefix("safework_") for name in files} <= fields.keys()
    # Passwords and keys are files, never variables.
    assert (
        not {"SAFEWORK_DATABASE_URL", "SAFEWORK_MIGRATION_DATABASE_URL", "SAFEWORK_BUS_URL", "SAFEWORK_S3_SECRET_KEY"}
        & ours
    )
    # Only what migrates has the owner's password.
    assert ("safework_migration_database_url" in files) == where.endswith(("/migrate", "-migrate"))


@pytest.mark.parametrize(("where", "service", "variables", "files"), CONTAINERS, ids=[one[0] for one in CONTAINERS])
def test_the_settings_load_from_what_the_container_has(
    where: str, service: str, variables: dict[str, str], files: set[str], tmp_path: Path
) -> None:
    made = tmp_path / "made"
    runpy.run_path(str(ROOT / "deploy/compose/make_secrets.py"))["main"](made)
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    for file in files:
        source = made / f"{service}_{file.removeprefix('safework_')}"
        shared = made / file.removeprefix("safework_")
        (mounted / file).write_text((source if source.exists() else shared).read_text())
    program = (
        f"from services.{service}.settings import get_settings; s = get_settings(); "
        "print(s.environment, s.host, s.port, s.auth_url, bool(s.bus_url), s.heartbeat_file)"
    )
    keep = {"PATH": os.environ["PATH"], **variables, "SAFEWORK_SECRETS_DIR": str(mounted)}
    keep.pop("PYTHONPATH", None)
    result = subprocess.run(
        [sys.executable, "-c", program], env=keep, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr[-800:]
    environment, host, port, auth, bus, heartbeat = result.stdout.split()
    assert (environment, host, port, auth) == ("production", "0.0.0.0", "8000", "http://auth:8000")
    if "worker" in where:
        assert (bus, heartbeat) == ("True", "/run/safework/heartbeat")


# --- ports and paths ---------------------------------------------------------------------------------------------------------


def test_the_gateway_finds_its_backends() -> None:
    services = {
        document["metadata"]["name"]: [port["port"] for port in document["spec"].get("ports", [])]
        for document in of_kind(production(), "Service")
    }
    objects = next(d for d in of_kind(infra(), "Service") if d["metadata"]["name"] == "objects")
    services["objects"] = [port["port"] for port in objects["spec"]["ports"]]
    for target in ("k8s/base", "compose"):
        dynamic = yaml.safe_load((ROOT / f"deploy/{target}/gateway/dynamic.yaml").read_text(encoding="utf-8"))
        for name, service in dynamic["http"]["services"].items():
            (server,) = service["loadBalancer"]["servers"]
            url = urlsplit(server["url"])
            assert url.hostname == name
            if target == "compose":
                assert name in compose()["services"]
                networks = compose()["services"]
                assert set(networks[name]["networks"]) & set(networks["gateway"]["networks"])
            else:
                assert url.port in services[name]
    assert {targets.API_PORT, targets.PORTAL_PORT} == {8000}


def test_ports_are_those_that_are_listened_on() -> None:
    assert environment("service")["SAFEWORK_PORT"] == str(targets.API_PORT)
    for workload in workloads(production()):
        if workload.name.endswith("-api") or workload.name == "portal":
            (container,) = workload.containers
            assert container["ports"] == [{"name": "http", "containerPort": targets.API_PORT}]
    static = yaml.safe_load((ROOT / "deploy/k8s/base/gateway/traefik.yaml").read_text(encoding="utf-8"))
    listened = {int(point["address"].rpartition(":")[2]) for point in static["entryPoints"].values()}
    (traefik,) = next(w for w in workloads(production()) if w.name == "gateway").containers
    assert {port["containerPort"] for port in traefik["ports"]} == listened
    in_compose = yaml.safe_load((ROOT / "deploy/compose/gateway/traefik.yaml").read_text(encoding="utf-8"))
    inside = compose()["services"]["gateway"]["ports"][0].rpartition(":")[2]
    assert in_compose["entryPoints"]["web"]["address"] == f":{inside}"


def test_the_gateways_files_are_where_it_looks() -> None:
    (traefik,) = next(w for w in workloads(production()) if w.name == "gateway").containers
    assert traefik["args"] == compose()["services"]["gateway"]["command"] == ["--configfile=/etc/traefik/traefik.yaml"]
    maps = next(d for d in of_kind(production(), "ConfigMap") if d["metadata"]["name"].startswith("gateway-"))
    static, dynamic = yaml.safe_load(maps["data"]["traefik.yaml"]), yaml.safe_load(maps["data"]["dynamic.yaml"])
    volume = next(w for w in workloads(production()) if w.name == "gateway").spec["volumes"][0]
    mounted = {"/etc/traefik/" + item["path"] for source in volume["projected"]["sources"] if "secret" in source
               for item in source["secret"]["items"]}  # fmt: skip
    mounted |= {f"/etc/traefik/{name}" for name in maps["data"]}
    assert static["providers"]["file"]["filename"] in mounted
    assert {path for one in dynamic["tls"]["certificates"] for path in one.values()} <= mounted


def test_probed_paths_are_answered() -> None:
    paths = {route.path for route in health.router.routes}  # type: ignore[attr-defined]
    portal_paths = {getattr(route, "path", None) for route in portal_application().routes}
    for workload in workloads(production()):
        for container in workload.containers:
            for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
                probe = container.get(kind)
                if probe is None:
                    continue
                if workload.name == "gateway":
                    assert probe["httpGet"] == {"path": "/ping", "port": "ping"}
                elif workload.name == "portal":
                    assert probe["httpGet"]["path"] in portal_paths
                elif "httpGet" in probe:
                    assert probe["httpGet"]["path"] in paths
                else:
                    program, file = probe["exec"]["command"]
                    assert program == "safework-health"
                    assert file == pod_environment(container)["SAFEWORK_HEARTBEAT_FILE"]
    installed = {rest.split()[-1] for verb, rest in instructions("service") if verb == "COPY"}
    assert {"/usr/local/bin/safework-health", "/usr/local/bin/safework"} <= installed
    for stage, known in (("service", paths), ("portal", portal_paths)):
        (check,) = [rest for verb, rest in instructions(stage) if verb == "HEALTHCHECK"]
        assert urlsplit(json.loads(check.partition("CMD ")[2])[1]).path in known


def portal_application() -> Any:
    return portal.create() if hasattr(portal, "create") else portal.app


# --- the bus -------------------------------------------------------------------------------------------------------------------


def test_every_inbox_scales_its_worker() -> None:
    watched = {
        document["metadata"]["name"]: {
            t["metadata"]["queueName"] for t in document["spec"]["triggers"] if t["type"] == "rabbitmq"
        }
        for document in of_kind(production(), "ScaledObject")
    }
    expected: dict[str, set[str]] = {}
    for name in SUBSCRIBER_NAMES:
        expected.setdefault(f"{name.split('.')[0]}-worker", set()).add(inbox_queue(name))
    assert watched == expected


def permissions() -> Iterator[tuple[str, str, dict[str, str]]]:
    definitions = runpy.run_path(str(ROOT / "deploy/compose/make_secrets.py"))["definitions"]
    for one in definitions(dict.fromkeys(SERVICES, "x"))["permissions"]:
        yield "compose", one["user"], {verb: one[verb] for verb in ("configure", "write", "read")}
    for document in of_kind(infra(), "Permission"):
        yield "k8s", document["metadata"]["name"], document["spec"]["permissions"]


@pytest.mark.parametrize(("where", "user", "rights"), list(permissions()), ids=lambda value: str(value)[:20])
def test_a_broker_user_owns_its_queues_and_no_other(where: str, user: str, rights: dict[str, str]) -> None:
    queues = [inbox_queue(name) for name in SUBSCRIBER_NAMES] + [receipts_queue(service) for service in SERVICES]
    for queue in queues:
        own = queue.split(".")[1] == user
        readable = queue.startswith("inbox.") if user == "keda" else own
        assert bool(re.search(rights["configure"], queue)) == own
        assert bool(re.search(rights["read"], queue)) == readable
        assert not re.search(rights["write"], queue)
    assert bool(re.search(rights["write"], "amq.default")) == (user != "keda")
