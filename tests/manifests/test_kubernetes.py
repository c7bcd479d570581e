"""deploy/k8s: builds, is valid, refers to nothing that is not there, and runs without privileges."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import kubernetes_validate
import pytest

from tests.manifests.manifests import ROOT, SERVICES, Document, infra, name_of, of_kind, production, workloads

# The oldest and the newest Kubernetes that we say we run on.
VERSIONS = ("1.34", "1.37")

NAME = {"type": "string", "pattern": r"^[a-z0-9]([-a-z0-9_]*[a-z0-9])?$"}


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **optional},
        "additionalProperties": False,
    }


_REFERENCE = _object({"name": NAME})
# Custom resources have no bundled schema: what we use of them, by their own documentation, and nothing else.
CUSTOM = {
    "ScaledObject": _object(
        {
            "scaleTargetRef": _REFERENCE,
            "triggers": {
                "type": "array",
                "minItems": 1,
                "items": _object(
                    {"type": {"enum": ["rabbitmq", "cpu"]}, "metadata": {"additionalProperties": {"type": "string"}}},
                    metricType={"enum": ["Utilization"]},
                    authenticationRef=_REFERENCE,
                ),
            },
        },
        minReplicaCount={"type": "integer", "minimum": 1},
        maxReplicaCount={"type": "integer"},
        pollingInterval={"type": "integer"},
        cooldownPeriod={"type": "integer"},
    ),
    "TriggerAuthentication": _object(
        {"secretTargetRef": {"type": "array", "items": _object({"parameter": NAME, "name": NAME, "key": NAME})}}
    ),
    "Cluster": {"type": "object", "required": ["instances", "imageName", "storage", "managed", "postgresql"]},
    "Database": _object(
        {"cluster": _REFERENCE, "name": NAME, "owner": NAME}, databaseReclaimPolicy={"enum": ["retain", "delete"]}
    ),
    "RabbitmqCluster": _object(
        {"image": {"type": "string"}, "replicas": {"enum": [3, 5]}},
        persistence=_object({"storage": {"type": "string"}}),
        rabbitmq=_object({"additionalConfig": {"type": "string"}}),
        resources={"type": "object"},
    ),
    "Vhost": _object({"name": NAME, "rabbitmqClusterReference": _REFERENCE}),
    "User": _object({"rabbitmqClusterReference": _REFERENCE, "importCredentialsSecret": _REFERENCE}),
    "Permission": _object(
        {
            "rabbitmqClusterReference": _REFERENCE,
            "vhost": NAME,
            "userReference": _REFERENCE,
            "permissions": _object({verb: {"type": "string"} for verb in ("configure", "write", "read")}),
        }
    ),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("folder", ["production", "infra"])
def test_every_document_is_valid(folder: str, version: str) -> None:
    documents = production() if folder == "production" else infra()
    assert len(documents) > 20
    for document in documents:
        if document["kind"] in CUSTOM:
            jsonschema.validate(document["spec"], CUSTOM[document["kind"]])
            continue
        kubernetes_validate.validate(document, version, strict=True)


def test_the_validator_would_notice() -> None:
    deployment = of_kind(production(), "Deployment")[0]
    broken = {**deployment, "spec": {**deployment["spec"], "replica": 2}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, VERSIONS[0], strict=True)
    scaled = of_kind(production(), "ScaledObject")[0]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**scaled["spec"], "minReplicas": 1}, CUSTOM["ScaledObject"])


def test_each_service_has_everything() -> None:
    there = {name_of(document) for document in production()}
    for service in SERVICES:
        assert {
            f"Service/{service}",
            f"Deployment/{service}-api",
            f"Deployment/{service}-worker",
            f"Job/{service}-migrate",
            f"HorizontalPodAutoscaler/{service}-api",
            f"ScaledObject/{service}-worker",
            f"PodDisruptionBudget/{service}-api",
            f"PodDisruptionBudget/{service}-worker",
        } <= there
    assert {"Deployment/gateway", "Deployment/portal", "Service/gateway", "Service/portal", "Service/objects"} <= there
    placeholders = [name for name in there if re.search(r"/service(-|$)", name)]
    assert placeholders == []


@pytest.mark.parametrize(
    "workload", [*workloads(production()), *workloads(infra())], ids=lambda w: f"{w.kind}-{w.name}"
)
def test_no_pod_has_privileges(workload: Any) -> None:
    spec = workload.spec
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True and spec["securityContext"]["runAsUser"] > 0
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    assert not [volume for volume in spec.get("volumes", []) if "hostPath" in volume]
    for container in workload.containers:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert container["resources"]["limits"].keys() == {"cpu", "memory"}
        assert ":" in container["image"] and not container["image"].endswith(":latest")


@pytest.mark.parametrize("workload", workloads(production()), ids=lambda w: f"{w.kind}-{w.name}")
def test_what_runs_is_watched_and_what_it_mounts_exists(workload: Any) -> None:
    maps = {document["metadata"]["name"] for document in of_kind(production(), "ConfigMap")}
    accounts = {document["metadata"]["name"] for document in of_kind(production(), "ServiceAccount")}
    assert workload.spec["serviceAccountName"] in accounts
    if workload.kind == "Deployment":
        for container in workload.spec["containers"]:
            assert "livenessProbe" in container
            assert "readinessProbe" in container or workload.name.endswith("-worker")
    volumes = {volume["name"] for volume in workload.spec["volumes"]}
    for container in workload.containers:
        assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
        for source in container.get("envFrom", []):
            assert source["configMapRef"]["name"] in maps
    for volume in workload.spec["volumes"]:
        for source in volume.get("projected", {}).get("sources", []):
            if "configMap" in source:
                assert source["configMap"]["name"] in maps


def test_every_secret_is_told_about() -> None:
    text = (ROOT / "deploy/k8s/infra/README.md").read_text(encoding="utf-8")
    told = {
        name
        for line in text.splitlines()
        if line.startswith("|")
        for name in re.findall(r"`([^`]+)`", line.split("|")[1])
    }
    told = {name.replace("<service>", service) for name in told for service in SERVICES}
    named = set()
    for workload in [*workloads(production()), *workloads(infra())]:
        for volume in workload.spec.get("volumes", []):
            sources = volume.get("projected", {}).get("sources", [])
            named |= {source["secret"]["name"] for source in sources if "secret" in source}
            named |= {volume["secret"]["secretName"]} if "secret" in volume else set()
    for document in (*production(), *infra()):
        match document["kind"]:
            case "TriggerAuthentication":
                named |= {reference["name"] for reference in document["spec"]["secretTargetRef"]}
            case "User":
                named.add(document["spec"]["importCredentialsSecret"]["name"])
            case "Cluster":
                named |= {role["passwordSecret"]["name"] for role in document["spec"]["managed"]["roles"]}
    assert named == told


def _selected(documents: tuple[Document, ...], selector: dict[str, str]) -> list[str]:
    return [w.name for w in workloads(documents) if selector.items() <= w.labels.items()]


def test_selectors_select_what_they_mean() -> None:
    for document in of_kind(production(), "Deployment"):
        selector = document["spec"]["selector"]["matchLabels"]
        assert _selected(production(), selector) == [document["metadata"]["name"]]
    for document in of_kind(production(), "PodDisruptionBudget"):
        assert _selected(production(), document["spec"]["selector"]["matchLabels"]) == [document["metadata"]["name"]]
    for documents in (production(), infra()):
        for document in of_kind(documents, "Service"):
            if "selector" not in document["spec"]:
                continue
            (name,) = _selected(documents, document["spec"]["selector"])
            workload = next(w for w in workloads(documents) if w.name == name)
            ports = {port["name"] for container in workload.containers for port in container.get("ports", [])}
            named = [port["targetPort"] for port in document["spec"]["ports"] if "targetPort" in port]
            assert named and set(named) <= ports


def test_what_scales_is_there() -> None:
    deployments = {document["metadata"]["name"] for document in of_kind(production(), "Deployment")}
    for document in of_kind(production(), "HorizontalPodAutoscaler", "ScaledObject"):
        target = document["spec"]["scaleTargetRef"]["name"]
        assert target == document["metadata"]["name"] and target in deployments
    authentications = {document["metadata"]["name"] for document in of_kind(production(), "TriggerAuthentication")}
    for document in of_kind(production(), "ScaledObject"):
        assert {
            t["authenticationRef"]["name"] for t in document["spec"]["triggers"] if "authenticationRef" in t
        } <= authentications


def test_a_disruption_budget_never_forbids_every_drain() -> None:
    scalers, deployments = of_kind(production(), "HorizontalPodAutoscaler"), of_kind(production(), "Deployment")
    minimum = {one["spec"]["scaleTargetRef"]["name"]: one["spec"]["minReplicas"] for one in scalers}
    minimum |= {one["metadata"]["name"]: one["spec"]["replicas"] for one in deployments if "replicas" in one["spec"]}
    for document in of_kind(production(), "PodDisruptionBudget"):
        if "minAvailable" in document["spec"]:
            assert document["spec"]["minAvailable"] < minimum[document["metadata"]["name"]]
