"""docker-compose.yml: well formed, hardened, with secrets that its own script makes and that the real servers accept."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kombu
import psycopg
import pytest
from amqp.exceptions import AccessRefused
from compose_spec.compose_spec import PyOptions

from deploy.local import objects as local_objects
from deploy.local import postgres as local_postgres
from deploy.local.layout import Layout
from kit.bus.broker import inbox_queue, queue, receipts_queue
from kit.testing.brokers import TestRabbitMQ
from kit.testing.databases import run_postgres
from kit.testing.fixtures import missing_tool
from tests.manifests.manifests import ROOT, SERVICES, compose, compose_text

SCRIPT = runpy.run_path(str(ROOT / "deploy/compose/make_secrets.py"))
TOOLS = Path(sysconfig.get_path("scripts"))


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the script makes."""
    folder = tmp_path_factory.mktemp("secrets") / "made"
    subprocess.run([sys.executable, "-IS", ROOT / "deploy/compose/make_secrets.py", folder], check=True)
    return folder


def test_the_linter_finds_nothing() -> None:
    command = [TOOLS / "compose-lint", "--fail-on", "low", "--strict-config", "docker-compose.yml"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_it_is_a_compose_file() -> None:
    file = PyOptions(apply_merge=True).from_yaml(compose_text())
    file.validate()
    assert set(file.service_names()) == set(compose()["services"])


def test_what_it_refers_to_is_there() -> None:
    services = compose()["services"]
    for name, service in services.items():
        for needed, condition in service.get("depends_on", {}).items():
            assert needed in services, name
            if condition["condition"] == "service_healthy":
                assert "healthcheck" in services[needed] or services[needed]["image"].startswith("safework/")
        for secret in service.get("secrets", []):
            assert (secret if isinstance(secret, str) else secret["source"]) in compose()["secrets"]
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith("./") else source in compose()["volumes"]
        assert set(service["networks"]) <= compose()["networks"].keys()


def test_only_the_gateway_is_reached_from_outside_and_only_on_loopback() -> None:
    published = {name: service["ports"] for name, service in compose()["services"].items() if "ports" in service}
    assert published == {"gateway": ["127.0.0.1:8080:8080"]}
    inside = [name for name, network in compose()["networks"].items() if network.get("internal")]
    assert sorted(inside) == ["bus", "data", "edge"]
    assert [name for name, service in compose()["services"].items() if "public" in service["networks"]] == ["gateway"]


def test_networks_let_nobody_reach_what_they_do_not_need() -> None:
    services = compose()["services"]

    def together(one: str, other: str) -> bool:
        return bool(set(services[one]["networks"]) & set(services[other]["networks"]))

    for service in SERVICES:
        assert together(service, "gateway") and together(service, "postgres") and not together(service, "rabbitmq")
        assert together(f"{service}-worker", "rabbitmq") and together(f"{service}-worker", "postgres")
        assert not together(f"{service}-worker", "gateway")
    assert not together("gateway", "postgres") and not together("portal", "postgres")
    assert (
        together("documents", "objects") and together("documents-worker", "objects") and together("gateway", "objects")
    )


def test_every_secret_file_is_made_and_kept(secrets: Path) -> None:
    named = {Path(secret["file"]).name for secret in compose()["secrets"].values()}
    made = {path.name for path in secrets.iterdir()}
    assert named <= made
    assert secrets.stat().st_mode & 0o777 == 0o700
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}
    SCRIPT["main"](secrets)
    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before
    passwords = [before[name] for name in before if name.endswith("_password")]
    assert len(set(passwords)) == len(passwords) == 1 + 3 * len(SERVICES)
    assert min(len(password) for password in passwords) >= 40


def test_no_secret_is_in_the_repository() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "deploy/compose/secrets/auth_database_url"], cwd=ROOT, capture_output=True, check=False
    )
    assert ignored.returncode == 0
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert not re.search(
        r"(?i)(password|secret_key|access_key)\s*[:=]\s*[^/\s{]*[a-z0-9]{8}", text.replace("/run/secrets/", "/")
    )


@pytest.fixture(scope="session")
def database(secrets: Path) -> Iterator[str]:
    """A PostgreSQL of our own on which init.sh has run, as the container runs it."""
    for postgres in run_postgres():
        host = re.search(r"host=([^&]+)", postgres.uri) or re.search(r"@([^/]*)/", postgres.uri)
        assert host
        folder = psycopg.conninfo.conninfo_to_dict(postgres.uri)
        environment = {
            "PATH": f"{local_postgres.programs()}:{os.environ['PATH']}",
            "PGHOST": str(folder["host"]),
            "PGPORT": str(folder.get("port", 5432)),
            "SECRETS": str(secrets),
        }
        script = ROOT / "deploy/compose/postgres/init.sh"
        result = subprocess.run(["bash", script], env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        yield postgres.uri


def test_the_databases_are_as_the_embedded_stack_has_them(database: str, secrets: Path) -> None:
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT datname, pg_get_userbyid(datdba), datacl::text FROM pg_database WHERE datname LIKE 'safework_%'"
        ).fetchall()
        roles = dict(
            connection.execute("SELECT rolname, rolconfig FROM pg_roles WHERE rolname ~ '_(owner|app)$'").fetchall()
        )
        hashes = dict(
            connection.execute("SELECT rolname, rolpassword FROM pg_authid WHERE rolname ~ '_(owner|app)$'").fetchall()
        )
    assert {row[0]: row[1] for row in rows} == {f"safework_{service}": f"{service}_owner" for service in SERVICES}
    for name, _, rights in rows:
        service = name.removeprefix("safework_")
        assert f"{service}_app=c/" in rights and "{=" not in rights and ",=" not in rights
    for service in SERVICES:
        assert dict(setting.split("=") for setting in roles[f"{service}_app"]) == local_postgres.ROLE_LIMITS
        assert "statement_timeout=0" in roles[f"{service}_owner"]
    for service in SERVICES:
        assert {hashes[f"{service}_{role}"][:14] for role in ("owner", "app")} == {"SCRAM-SHA-256$"}


class DefinedRabbitMQ(TestRabbitMQ):
    """A RabbitMQ that starts with our configuration and definitions, as the container does."""

    def __init__(self, secrets: Path) -> None:
        super().__init__()
        self.secrets = secrets
        self.url = self.url_of("auth")

    def url_of(self, service: str) -> str:
        """The URL that the script made, on this server's address."""
        return (self.secrets / f"{service}_bus_url").read_text().replace("rabbitmq:5672", f"127.0.0.1:{self.port}")

    def _spawn(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        configuration = (ROOT / "deploy/compose/rabbitmq/rabbitmq.conf").read_text()
        configuration = configuration.replace("/run/secrets/", f"{self.secrets}/")
        (self.folder / "rabbitmq.conf").write_text(
            configuration.replace("listeners.tcp.default = 5672", f"listeners.tcp.1 = 127.0.0.1:{self.port}")
        )
        super()._spawn(command, environment)


@pytest.fixture(scope="session")
def broker(secrets: Path) -> Iterator[DefinedRabbitMQ]:
    """The broker of docker-compose.yml, but for its address."""
    if not TestRabbitMQ.installed():
        missing_tool("rabbitmq-server 未安装")
    server = DefinedRabbitMQ(secrets)
    try:
        server.start()
        yield server
    finally:
        server.close()


def test_on_the_real_broker_each_service_owns_its_queues_only(broker: DefinedRabbitMQ) -> None:
    def connect(service: str) -> Any:
        return kombu.Connection(broker.url_of(service)).channel()

    for service in SERVICES:
        channel = connect(service)
        for name in (inbox_queue(service), inbox_queue(f"{service}.part"), receipts_queue(service)):
            queue(name).bind(channel).declare()
        channel.connection.close()
    auth = connect("auth")
    kombu.Producer(auth).publish("event", exchange="", routing_key=inbox_queue("ledgers"), mandatory=True)
    auth.connection.close()
    for forbidden in (
        lambda channel: channel.basic_get(inbox_queue("ledgers")),
        lambda channel: channel.queue_delete(inbox_queue("ledgers")),
        lambda channel: queue(inbox_queue("ledgers.other")).bind(channel).declare(),
        lambda channel: channel.exchange_declare("mine", "fanout"),
    ):
        channel = connect("auth")
        with pytest.raises(AccessRefused):
            forbidden(channel)
        channel.connection.close()
    ledgers = connect("ledgers")
    assert ledgers.basic_get(inbox_queue("ledgers")).body == "event"
    ledgers.connection.close()
    with pytest.raises((AccessRefused, OSError)):
        kombu.Connection(f"amqp://guest:guest@127.0.0.1:{broker.port}//").connect()


def test_the_definitions_are_what_the_broker_understands(secrets: Path) -> None:
    """RabbitMQ's own hash of each password is recomputed, and each URL names the user that it belongs to."""
    import base64
    import hashlib

    definitions = json.loads((secrets / "rabbitmq_definitions.json").read_text())
    users = {user["name"]: base64.b64decode(user["password_hash"]) for user in definitions["users"]}
    assert set(users) == set(SERVICES) and definitions["vhosts"] == [{"name": "safework"}]
    for service in SERVICES:
        url = kombu.Connection((secrets / f"{service}_bus_url").read_text())
        assert (url.userid, url.hostname, url.virtual_host) == (service, "rabbitmq", "safework")
        stored = users[service]
        assert stored[4:] == hashlib.sha256(stored[:4] + str(url.password).encode()).digest()


def test_seaweedfs_is_started_as_in_the_embedded_stack(tmp_path: Path) -> None:
    ports = {f"objects_{part}": 1 for part in ("master", "volume", "filer", "s3")}
    ports |= {f"{name}_grpc": 2 for name in list(ports)}
    local = options(local_objects.command(Layout(tmp_path), ports)[1:])
    ours = options([str(word) for word in compose()["services"]["objects"]["command"]])
    # Addresses, ports and folders are the container's own.
    own = {"dir", "ip", "ip.bind", "s3.config", "s3.port"} | {name for name in local if ".port" in name}
    assert {k: v for k, v in ours.items() if k not in own} == {k: v for k, v in local.items() if k not in own}
    assert ours["s3.port"] == "8333" and (ours["s3.port.iceberg"], ours["s3.port.lance"]) == ("0", "0")


def test_kubernetes_starts_it_in_the_same_way() -> None:
    from tests.manifests.manifests import infra, workloads

    (weed,) = next(w for w in workloads(infra()) if w.name == "objects").containers
    own = {"ip", "s3.config"}
    ours, theirs = options([str(w) for w in compose()["services"]["objects"]["command"]]), options(weed["args"])
    assert {k: v for k, v in ours.items() if k not in own} == {k: v for k, v in theirs.items() if k not in own}


def options(words: list[str]) -> dict[str, str]:
    return dict(word.lstrip("-").split("=", 1) for word in words if "=" in word)


def test_s3_identities_and_keys_are_those_of_the_embedded_stack(secrets: Path, tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.objects.mkdir(parents=True)
    keys = dict.fromkeys(("s3_access_key", "s3_secret_key"), "x" * 43)
    keys |= {f"objects_jwt_{part}": "x" for part in ("volume_write", "volume_read", "filer_write", "filer_read")}
    local_objects.prepare(layout, keys)
    local, ours = (
        json.loads((layout.objects / "s3.json").read_text()),
        json.loads((secrets / "objects_s3.json").read_text()),
    )
    assert ours["identities"][0]["actions"] == local["identities"][0]["actions"]
    shape = re.compile(r'"[^"]*"')
    mine, theirs = (secrets / "objects_security.toml").read_text(), (layout.objects / "security.toml").read_text()
    assert shape.sub('""', mine).strip() == shape.sub('""', theirs).strip()
