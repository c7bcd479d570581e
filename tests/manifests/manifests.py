"""What the deployment files say, as data: kustomizations as kubectl builds them, compose with its variables filled in, the
Dockerfile as instructions."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kit.testing.fixtures import missing_tool

ROOT = Path(__file__).parents[2]
SERVICES = ("auth", "documents", "ledgers", "workflow", "reports")
Document = dict[str, Any]


@cache
def rendered(folder: str) -> tuple[Document, ...]:
    """Everything that `kubectl apply -k deploy/k8s/<folder>` would apply."""
    if shutil.which("kubectl") is None:
        missing_tool("kubectl 未安装")
    command = ["kubectl", "kustomize", str(ROOT / "deploy" / "k8s" / folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return tuple(document for document in yaml.safe_load_all(result.stdout) if document)


def production() -> tuple[Document, ...]:
    """The production overlay."""
    return rendered("overlays/production")


def infra() -> tuple[Document, ...]:
    """The stateful parts."""
    return rendered("infra")


def of_kind(documents: tuple[Document, ...], *kinds: str) -> list[Document]:
    """The documents of these kinds."""
    return [document for document in documents if document["kind"] in kinds]


def name_of(document: Document) -> str:
    """`Deployment/ledgers-api`."""
    return f"{document['kind']}/{document['metadata']['name']}"


@dataclass(frozen=True)
class Workload:
    """Something that makes pods."""

    name: str
    kind: str
    labels: dict[str, str]
    spec: dict[str, Any]

    @property
    def containers(self) -> list[dict[str, Any]]:
        """All of them, those that run first too."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]


def workloads(documents: tuple[Document, ...]) -> list[Workload]:
    """Everything with a pod template."""
    return [
        Workload(
            document["metadata"]["name"],
            document["kind"],
            document["spec"]["template"]["metadata"]["labels"],
            document["spec"]["template"]["spec"],
        )
        for document in of_kind(documents, "Deployment", "StatefulSet", "Job", "DaemonSet")
    ]


@cache
def compose() -> dict[str, Any]:
    """docker-compose.yml with merges applied and the defaults of its variables filled in."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    filled = re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", text)
    assert "${" not in filled, "a variable without a default"
    loaded: dict[str, Any] = yaml.safe_load(filled)
    return loaded


def compose_text() -> str:
    """The same as text, for tools that want a file."""
    return yaml.safe_dump(compose(), allow_unicode=True)


@dataclass(frozen=True)
class Stage:
    """One stage of the Dockerfile."""

    base: str
    instructions: tuple[tuple[str, str], ...]


@cache
def dockerfile() -> dict[str, Stage]:
    """The stages by name, with continued lines joined and comments left out."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#")).replace("\\\n", " ")
    stages: dict[str, Stage] = {}
    name = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        verb, _, rest = line.partition(" ")
        if verb == "FROM":
            base, _, name = rest.partition(" AS ")
            stages[name] = Stage(base, ())
        elif name:
            stages[name] = Stage(stages[name].base, (*stages[name].instructions, (verb, rest.strip())))
    return stages


def instructions(stage: str) -> Iterator[tuple[str, str]]:
    """A stage's instructions, after those of the stages that it is built on."""
    found = dockerfile()[stage]
    if found.base in dockerfile():
        yield from instructions(found.base)
    yield from found.instructions


def environment(stage: str) -> dict[str, str]:
    """What ENV sets in a stage."""
    pairs = (word.partition("=") for verb, rest in instructions(stage) if verb == "ENV" for word in shlex.split(rest))
    return {key: value for key, _, value in pairs}


def compose_environment(service: str) -> dict[str, str]:
    """What a container of docker-compose.yml has in its environment: the image's and its own."""
    return {**environment("service"), **(compose()["services"][service].get("environment") or {})}


def pod_environment(container: dict[str, Any]) -> dict[str, str]:
    """What a container of the production overlay has in its environment."""
    maps = {document["metadata"]["name"]: document.get("data", {}) for document in of_kind(production(), "ConfigMap")}
    result = environment("service")
    for source in container.get("envFrom", []):
        result.update(maps[source["configMapRef"]["name"]])
    result.update({variable["name"]: variable["value"] for variable in container.get("env", [])})
    return result
