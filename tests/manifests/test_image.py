"""The Dockerfile: linted, its libraries a subset of the one lock, and each image assembled from its COPY lines in a folder of
its own, where the service really starts, with nothing else to import from."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from packaging.requirements import Requirement
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from kit.db import migrate
from kit.settings import PersonalSettings
from kit.testing.databases import TestPostgres
from kit.testing.keys import made, personal_keys
from kit.testing.object_store import TestObjectStore
from tests.manifests.manifests import ROOT, SERVICES, environment, instructions

# What an image must not hold: tests and their tools, the embedded servers, the build's own.
UNWANTED = {"pytest", "hypothesis", "schemathesis", "ruff", "mypy", "playwright", "pip", "setuptools", "hatchling"}


def test_the_linter_finds_nothing() -> None:
    tool = Path(sysconfig.get_path("scripts")) / "hadolint"
    result = subprocess.run([tool, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


# --- the libraries -----------------------------------------------------------------------------------------------------------


def locked(file: str) -> dict[str, str]:
    """Name → version, marker and hashes, as a lock writes them."""
    entries = re.split(
        r"\n(?=[a-z0-9])", re.sub(r"^\s*#.*\n", "", (ROOT / file).read_text(encoding="utf-8"), flags=re.M)
    )
    result = {}
    for entry in entries:
        text = re.sub(r"\s+#.*", "", entry)
        text = " ".join(text.replace("\\\n", " ").split())
        if "==" in text:
            result[text.split("==")[0].split("[")[0]] = text
    return result


RUNTIME = locked("deploy/docker/runtime.lock")


def test_the_images_libraries_are_a_subset_of_the_lock() -> None:
    whole = locked("requirements.lock")
    again = (
        "uv pip compile --universal --generate-hashes --python-version 3.11 "
        "--no-header -c requirements.lock pyproject.toml -o deploy/docker/runtime.lock"
    )

    def pinned(entry: str) -> tuple[str, frozenset[str]]:
        return entry.split()[0].split("==")[1], frozenset(re.findall(r"--hash=(\S+)", entry))

    different = {name for name, entry in RUNTIME.items() if name not in whole or pinned(whole[name]) != pinned(entry)}
    assert different == set(), f"write the lock of the images again: {again}"


def test_the_images_have_what_the_project_depends_on_and_no_tool() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {_canonical(Requirement(one).name) for one in project["dependencies"]}
    extras = project["optional-dependencies"]
    tools = {_canonical(Requirement(one).name) for extra in extras.values() for one in extra} - wanted
    assert wanted <= RUNTIME.keys()
    assert not (tools | UNWANTED) & RUNTIME.keys()
    assert "://" not in (ROOT / "deploy/docker/runtime.lock").read_text(encoding="utf-8"), "no registry's address"


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# --- the tree ----------------------------------------------------------------------------------------------------------------


def _ignored(path: Path) -> bool:
    """Whether .dockerignore keeps a path out: the last line that matches decides."""
    relative = path.relative_to(ROOT)
    kept = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern, verdict = (line[1:], True) if line.startswith("!") else (line, False)
        if pattern == "*" or any(_glob(parent, pattern) for parent in (relative, *relative.parents)):
            kept = verdict
    return not kept


def _glob(path: Path, pattern: str) -> bool:
    regex = "".join(
        {"**/": "(.*/)?", "*": "[^/]*"}.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*)", pattern)
    )
    return re.fullmatch(regex, path.as_posix()) is not None


def assemble(stage: str, target: Path, service: str = "") -> None:
    """Copies what the stage copies out of the checkout, to where the stage puts it."""
    workdir = "/"
    for verb, rest in instructions(stage):
        if verb == "WORKDIR":
            workdir = rest
        if verb != "COPY" or "--from=" in rest:
            continue
        words = [word for word in shlex.split(rest.replace("${SERVICE}", service)) if not word.startswith("--")]
        *sources, place = words
        destination = target / (place if place.startswith("/") else f"{workdir}/{place}").lstrip("/")
        for source in sources:
            origin = ROOT / source
            assert origin.exists(), source
            files = [origin] if origin.is_file() else [path for path in origin.rglob("*") if path.is_file()]
            for file in files:
                if _ignored(file):
                    continue
                inside = destination if origin.is_file() else destination / file.relative_to(origin)
                inside.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, inside)


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the image's libraries and no other."""
    folder = tmp_path_factory.mktemp("packages")
    for distribution in importlib.metadata.distributions():
        if _canonical(distribution.metadata["Name"]) not in RUNTIME:
            continue
        for file in distribution.files or []:
            top = file.parts[0]
            source, link = Path(str(distribution.locate_file(top))), folder / top
            if top not in ("..", "__pycache__") and not top.endswith(".pth") and not link.exists():
                link.symlink_to(source)
    return folder


def container(tree: Path, packages: Path, arguments: list[str], **variables: str) -> list[Any]:
    """Command and environment of a process as in the container: the image's tree and libraries, and nothing of this
    checkout. -S keeps the checkout's own site packages out."""
    paths = [*(str(tree / path.lstrip("/")) for path in environment("service")["PYTHONPATH"].split(":")), str(packages)]
    values = {**environment("service"), **variables, "PYTHONPATH": ":".join(paths), "PATH": os.environ["PATH"]}
    # A container compiles its code at each start; thirty of them in a row here need not.
    values["PYTHONDONTWRITEBYTECODE"] = ""
    return [[sys.executable, "-S", "-P", str(tree / "usr/local/bin/safework"), *arguments], values]


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_holds_one_service_and_no_tests(service: str, tmp_path: Path) -> None:
    assemble("service", tmp_path, service)
    app = tmp_path / "app"
    assert sorted(path.name for path in app.iterdir()) == ["deploy", "libs", "services"]
    assert sorted(path.name for path in (app / "services").iterdir()) == ["__init__.py", service]
    assert sorted(path.name for path in (app / "deploy").iterdir()) == ["__init__.py", "cli"]
    assert not (app / "libs/kit/testing").exists()
    assert not list(app.rglob("__pycache__"))


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`tree(service)` → the files of its image, assembled once."""
    trees: dict[str, Path] = {}

    def of(service: str) -> Path:
        if service not in trees:
            trees[service] = tmp_path_factory.mktemp(service)
            assemble("service", trees[service], service)
        return trees[service]

    return of


@pytest.fixture
def image(
    tmp_path: Path,
    packages: Path,
    tree: Callable[[str], Path],
    postgres: TestPostgres,
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., Any]]:
    """`image(service)` → a way to run commands in it, on a fresh database of that service, without tables if `empty`."""
    import importlib as modules

    names = []

    def make(service: str, *, empty: bool = False) -> Callable[..., Any]:
        files = tree(service)
        settings_class = modules.import_module(f"services.{service}.settings").Settings
        names.append(postgres.clone(settings_class))
        if empty:
            postgres.drop(names[-1])
            postgres.execute(f'CREATE DATABASE "{names[-1]}" OWNER {service}_owner')
        secrets = tmp_path / "secrets"
        secrets.mkdir()
        for role, file in (("app", "database_url"), ("owner", "migration_database_url")):
            # The test server trusts its socket; production refuses to start without a password all the same.
            url = make_url(postgres.url(names[-1], f"{service}_{role}")).set(password="not-a-known-one")
            (secrets / f"safework_{file}").write_text(url.render_as_string(hide_password=False))
        keys = {"audit_keys": SecretStr(made("audit key"))}
        if issubclass(settings_class, PersonalSettings):
            keys |= personal_keys()
        for file, key in keys.items():
            (secrets / f"safework_{file}").write_text(key.get_secret_value())
        variables = {"SAFEWORK_SECRETS_DIR": str(secrets), "SAFEWORK_HOST": "127.0.0.1"}
        if service == "auth":
            variables["SAFEWORK_SIGNING_KEY_DIR"] = str(tmp_path / "keys")
        if service == "documents":
            store: TestObjectStore = request.getfixturevalue("seaweedfs")
            for key, value in store.settings().items():
                if isinstance(value, SecretStr):
                    (secrets / f"safework_{key}").write_text(value.get_secret_value())
                else:
                    variables[f"SAFEWORK_{key.upper()}"] = value

        def run(*arguments: str, wait: bool = True, **more: str) -> Any:
            command, values = container(files, packages, list(arguments), **variables, **more)
            if wait:
                return subprocess.run(command, env=values, cwd=tmp_path, capture_output=True, text=True, check=False)
            return subprocess.Popen(
                command, env=values, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )

        return run

    yield make
    for name in names:
        postgres.drop(name)


@pytest.mark.parametrize("service", SERVICES)
def test_the_api_of_an_image_starts_and_answers_its_health_check(
    service: str, image: Callable[..., Any], tree: Callable[[str], Path]
) -> None:
    run = image(service)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = run("api", service, wait=False, SAFEWORK_PORT=str(port))
    health = [sys.executable, "-IS", str(tree(service) / "usr/local/bin/safework-health")]
    try:
        end = time.monotonic() + 60
        while subprocess.run(
            [*health, f"http://127.0.0.1:{port}/healthz"], capture_output=True, check=False
        ).returncode:
            assert process.poll() is None and time.monotonic() < end, process.communicate(timeout=5)[0][-3000:]
            time.sleep(0.2)
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").json()["failing"] == []
        schema = httpx.get(f"http://127.0.0.1:{port}/api/{service}/openapi.json").json()
        assert any(path.startswith(f"/api/{service}/") for path in schema["paths"])
        assert (
            subprocess.run([*health, f"http://127.0.0.1:{port}/nothing"], capture_output=True, check=False).returncode
            == 1
        )
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert process.returncode in (0, -signal.SIGTERM)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("service", SERVICES)
def test_an_image_migrates_and_seeds(service: str, image: Callable[..., Any]) -> None:
    run = image(service, empty=True)
    again = [["migrate", service], ["seed", service]] if service == "ledgers" else []
    for words in (["migrate", service], ["seed", service], *again, ["drift", service]):
        result = run(*words)
        assert result.returncode == 0, result.stderr[-3000:] + result.stdout[-1000:]
    other = next(one for one in SERVICES if one != service)
    assert run("api", other).returncode != 0


@pytest.mark.parametrize("service", SERVICES)
def test_the_worker_of_an_image_says_what_it_lacks(service: str, image: Callable[..., Any]) -> None:
    """Everything that a worker imports is there: it comes as far as asking for its broker, which it has not been given."""
    run = image(service)
    result = run("worker", service)
    assert result.returncode != 0
    assert "SAFEWORK_BUS_URL" in result.stderr + result.stdout, (result.stderr + result.stdout)[-3000:]
    assert "ModuleNotFoundError" not in result.stderr


def test_the_portal_image_serves(tmp_path: Path, packages: Path) -> None:
    assemble("portal", tmp_path)
    assert sorted(path.name for path in (tmp_path / "app").iterdir()) == ["deploy", "gateway", "libs", "services"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command, values = container(tmp_path, packages, ["portal", "--host", "127.0.0.1", "--port", str(port)])
    process = subprocess.Popen(
        command, env=values, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        end = time.monotonic() + 60
        while True:
            try:
                assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
                break
            except httpx.TransportError:
                assert process.poll() is None and time.monotonic() < end, process.communicate(timeout=5)[0][-3000:]
                time.sleep(0.2)
        assert httpx.get(f"http://127.0.0.1:{port}/api/docs").status_code == 200
    finally:
        process.kill()
        process.communicate()


def test_the_heartbeat_check(tmp_path: Path) -> None:
    check = [sys.executable, "-IS", str(ROOT / "deploy/docker/health.py")]
    file = tmp_path / "heartbeat"

    def healthy() -> bool:
        return subprocess.run([*check, str(file)], capture_output=True, check=False).returncode == 0

    assert not healthy()
    file.touch()
    assert healthy()
    os.utime(file, (time.time() - 31, time.time() - 31))
    assert not healthy()


def test_the_default_command_of_each_image() -> None:
    assert [json.loads(rest) for verb, rest in instructions("service") if verb == "ENTRYPOINT"] == [["safework"]]
    assert [rest for verb, rest in instructions("service") if verb == "USER"] == ["10001:10001"]
    assert migrate.services() == sorted(SERVICES)
