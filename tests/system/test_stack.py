"""The embedded stack: everything starts, what is killed comes back, what is stopped is gone."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import psycopg
import pytest

from deploy.local.topology import SERVICES
from tests.system.stack import Stack, environ, listening, wait_for
from tests.system.traefik import free_port

pytestmark = pytest.mark.timeout(400)

PROCESSES = ("postgres", "valkey", "objects", "portal", "gateway")


def _get(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_everything_is_ready(stack: Stack) -> None:
    status = stack.status()
    assert status["running"]
    assert status["url"] == stack.url
    names = {*PROCESSES, *(f"{service}-{kind}" for service in SERVICES for kind in ("api", "worker"))}
    assert names <= status["processes"].keys()
    assert {name: p["state"] for name, p in status["processes"].items() if p["state"] not in ("ready", "done")} == {}
    assert all(status["processes"][name]["memory"] > 0 for name in names)
    assert status["bus"].keys() == set(SERVICES)
    assert all(numbers["dead"] == 0 for numbers in status["bus"].values())


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_answers_through_the_gateway(stack: Stack, service: str) -> None:
    assert _get(f"{stack.url}/api/{service}/openapi.json") == 200
    assert _get(f"{stack.url}/api/{service}/no-such-thing") == 404


def test_the_demo_password_is_strong_and_private(stack: Stack) -> None:
    password = stack.password
    assert len(password) >= 16
    for file in (stack.layout.demo_password, stack.layout.secrets, stack.layout.ports):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.stat().st_uid == os.geteuid()


def test_only_the_gateway_listens_beyond_loopback_names(stack: Stack) -> None:
    """Every listener of the stack is bound to 127.0.0.1, the gateway's too unless it was asked otherwise."""
    listeners = [c for p in stack.pids() for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert stack.port in {c.laddr.port for c in listeners}
    assert {c.laddr.ip for c in listeners} == {"127.0.0.1"}


def test_postgres_runs_as_the_owner_of_its_data_and_never_as_root(stack: Stack) -> None:
    process = psutil.Process(stack.process("postgres")["pid"])
    assert process.uids().real != 0
    assert stack.layout.postgres.stat().st_uid == process.uids().real
    assert stat.S_IMODE(stack.layout.postgres.stat().st_mode) == 0o700


@pytest.mark.parametrize("service", SERVICES)
def test_roles_have_their_limits_and_their_own_database_only(stack: Stack, service: str) -> None:
    url = stack.env(service)["SAFEWORK_DATABASE_URL"].replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        limits = {
            name: connection.execute(f"SHOW {name}").fetchone()[0]  # type: ignore[index]
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        }
        assert limits == {
            "statement_timeout": "15s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "30s",
        }  # fmt: skip
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
    owner = stack.env(service)["SAFEWORK_MIGRATION_DATABASE_URL"].replace("+psycopg", "")
    with psycopg.connect(owner) as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == ("0",)
    other = SERVICES[SERVICES.index(service) - 1]
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(url.replace(f"/safework_{service}", f"/safework_{other}"))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url, password="postgres")


def test_the_buses_user_reaches_the_buses_keys_only(stack: Stack) -> None:
    import redis

    bus = redis.Redis.from_url(stack.env("ledgers")["SAFEWORK_BUS_URL"])
    try:
        assert bus.set("bus:test", "1", ex=10)
        for forbidden in (
            lambda: bus.set("other", "1"),
            bus.flushall,
            lambda: bus.keys("*"),
            lambda: bus.config_get("*"),
        ):
            with pytest.raises(redis.exceptions.NoPermissionError):
                forbidden()
    finally:
        bus.close()
    anonymous = redis.Redis(port=int(stack.env("ledgers")["SAFEWORK_BUS_URL"].rsplit(":", 1)[1].split("/")[0]))
    with pytest.raises(redis.exceptions.AuthenticationError):
        anonymous.ping()
    anonymous.close()


def test_the_store_shows_nothing_to_strangers(stack: Stack) -> None:
    endpoint = stack.env("documents")["SAFEWORK_S3_ENDPOINT"]
    assert _get(f"{endpoint}/") == 403
    assert _get(f"{endpoint}/safework/") == 403
    # SeaweedFS's own port would serve the same files without any signature.
    import json

    ports = json.loads(stack.layout.ports.read_text())
    assert _get(f"http://127.0.0.1:{ports['objects_filer']}/buckets/safework/") == 401


@pytest.mark.parametrize(
    "name", ["ledgers-api", "ledgers-worker", "portal", "valkey", "objects", "gateway", "postgres"]
)
def test_a_killed_process_comes_back(stack: Stack, name: str) -> None:
    before = stack.process(name)["restarts"]
    pid = stack.kill(name)
    # Started again at once; how long it then takes to be ready is a matter of the machine.
    wait_for(lambda: stack.process(name)["pid"] not in (None, pid), 10, lambda: stack.process(name))
    stack.wait_ready(name)
    assert stack.process(name)["restarts"] == before + 1
    stack.wait_ready()
    assert _get(f"{stack.url}/api/ledgers/openapi.json") == 200


def test_a_worker_whose_heartbeat_stops_is_restarted(stack: Stack) -> None:
    """A stopped process is alive for the kernel; only the heartbeat tells."""
    pid = stack.kill("reports-worker", signal.SIGSTOP)
    wait_for(lambda: stack.process("reports-worker")["pid"] not in (None, pid), 60)
    assert not psutil.pid_exists(pid)
    stack.wait_ready("reports-worker")
    assert "心跳" in stack.layout.log_file("supervisor").read_text()


def test_restart_by_name_restarts_that_and_nothing_else(stack: Stack) -> None:
    stack.wait_ready()
    before = {name: process["pid"] for name, process in stack.processes().items()}
    said = stack.safework("restart", "workflow").stdout
    assert "workflow-api" in said
    assert "workflow-worker" in said
    wait_for(lambda: stack.process("workflow-api")["pid"] not in (None, before["workflow-api"]), 30)
    stack.wait_ready()
    after = {name: process["pid"] for name, process in stack.processes().items()}
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"workflow-api", "workflow-worker"}


def test_unknown_names_are_explained(stack: Stack) -> None:
    result = stack.safework("restart", "nothing", check=False)
    assert result.returncode == 1
    assert "没有名为 nothing 的进程" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_second_up_while_it_runs_changes_nothing(stack: Stack) -> None:
    pids = {name: process["pid"] for name, process in stack.processes().items()}
    assert stack.up() < 15
    assert {name: process["pid"] for name, process in stack.processes().items()} == pids


def test_up_on_another_port_while_it_runs_is_refused(stack: Stack) -> None:
    result = stack.safework("up", "--port", str(free_port()), check=False)
    assert result.returncode == 1
    assert "make down" in result.stderr


def test_logs_are_shown_by_service(stack: Stack) -> None:
    from deploy.cli.times import local

    # What the log's last line is changes while it is read: any of the last ones will do.
    last = {line.strip() for line in stack.layout.log_file("postgres").read_text().splitlines()[-20:]}
    shown = stack.safework("logs", "postgres", "-n", "200").stdout
    assert any(local(line) in shown for line in last)
    assert len(shown.splitlines()) <= 200
    assert stack.safework("logs", "nothing", check=False).returncode == 1


def test_no_secret_is_in_any_log(stack: Stack) -> None:
    import json

    secrets = [*json.loads(stack.layout.secrets.read_text()).values(), stack.password]
    for file in stack.layout.log.iterdir():
        text = file.read_text(errors="replace")
        assert not [secret for secret in secrets if secret in text], file.name


def test_down_leaves_nothing_and_the_next_up_is_quick(stack: Stack) -> None:
    assert stack.mine()
    stack.down()
    wait_for(lambda: not stack.mine(), 10, lambda: [p.cmdline() for p in stack.mine()])
    assert not listening(stack.port)
    assert "没有运行" in stack.safework("down").stdout
    assert stack.safework("status", check=False).returncode == 1
    stack.up()
    stack.wait_ready()
    # Seconds on the clock say little where tests share the machine with other work, so that it is the work itself that is
    # measured: what two cores can do in 20 s. The promise is 15 s; 32 s of work were measured beside another test process.
    work = sum(sum(process.cpu_times()[:4]) for process in stack.pids())
    assert work < 2 * 20
    # Nothing had changed, so that nothing was migrated or seeded once more.
    assert stack.layout.log_file("migrate").read_text().count("数据库已是最新") == len(SERVICES)


def test_a_killed_supervisor_leaves_no_orphans_and_up_recovers(stack: Stack) -> None:
    children = [process for process in stack.pids() if process.pid != stack.supervisor()]
    assert len(children) >= len(PROCESSES)
    os.kill(stack.supervisor(), signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=60)
    # Whatever was left, the tests after this one get a stack that runs.
    stack.up()
    stack.wait_ready()
    assert not alive, alive
    assert _get(f"{stack.url}/api/auth/openapi.json") == 200


def test_a_stale_state_names_no_stranger(tmp_path: Path) -> None:
    """The pids of a stack that died with the machine belong to others by now; they must be left alone."""
    import json

    from deploy.local.layout import Layout
    from deploy.local.supervisor import end_leftovers

    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        layout = Layout(tmp_path / "var")
        layout.create()
        report = {"pid": stranger.pid, "created": psutil.Process(stranger.pid).create_time() - 5, "stop_signal": 15}
        layout.state.write_text(json.dumps({"processes": {"postgres": report}}))
        end_leftovers(layout)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_taken_port_is_explained(tmp_path: Path) -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        result = Stack(tmp_path / "var", port).safework("up", "--port", str(port), check=False)
    assert result.returncode == 1
    assert f"端口 {port} 无法使用" in result.stderr
    assert "make up PORT=" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    "command", [["status"], ["logs"], ["restart", "ledgers"], ["migrate", "ledgers"], ["bus", "list"]]
)
def test_before_the_first_start_every_command_says_what_to_do(tmp_path: Path, command: list[str]) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "deploy.cli", *command],
        env=environ(tmp_path / "var"), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert "make up" in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("command", [["up"], ["status"], ["logs"], ["down"], ["migrate", "ledgers"]])
def test_a_folder_of_another_user_is_explained(tmp_path: Path, command: list[str]) -> None:
    """Once started as root, then as oneself: the commonest way to spoil a data folder."""
    from deploy.local.layout import Layout

    layout = Layout(tmp_path / "var")
    layout.create()
    for file in (layout.state, layout.lock, layout.secrets, layout.ports):
        file.write_text("{}")
        file.chmod(0o600)
    for parent in layout.root.parents:
        if parent.is_relative_to(tmp_path.parents[1]):
            parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
    if command == ["up"]:
        command = ["up", "--port", str(free_port())]
    # Everything is imported before the change of user, who may not be able to read the interpreter's own folder.
    program = (
        "import os, sys; import deploy.cli, deploy.cli.report, deploy.cli.progress, deploy.cli.follow, deploy.local.stack,"
        " deploy.local.supervisor, kit.db.migrate; os.setgid(65534); os.setuid(65534); deploy.cli.app(sys.argv[1:])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, *command],
        env=environ(layout.root) | {"HOME": str(tmp_path)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 1, result.stdout + result.stderr
    assert "另一个用户" in result.stderr
    assert "Traceback" not in result.stderr
