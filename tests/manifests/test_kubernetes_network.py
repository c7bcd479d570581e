"""The network rules as a whole: who reaches whom is computed from them, and compared with who should."""

from __future__ import annotations

from typing import Any

import pytest

from tests.manifests.manifests import SERVICES, infra, of_kind, production, workloads

APP, DATA = "safework", "safework-data"
Pod = tuple[str, dict[str, str]]


def _pods() -> dict[str, Pod]:
    pods: dict[str, Pod] = {w.name: (APP, w.labels) for w in workloads(production())}
    pods |= {w.name: (DATA, w.labels) for w in workloads(infra())}
    # What the operators make, with the labels that they give.
    pods["postgres"] = (DATA, {"cnpg.io/cluster": "safework"})
    pods["rabbitmq"] = (DATA, {"app.kubernetes.io/name": "safework-bus"})
    pods["prometheus"] = ("monitoring", {})
    pods["stranger"] = ("elsewhere", {})
    pods["dns"] = ("kube-system", {"k8s-app": "kube-dns"})
    pods["keda"] = ("keda", {})
    return pods


PODS = _pods()


def _matches(selector: dict[str, Any], labels: dict[str, str]) -> bool:
    wanted = selector.get("matchLabels", {})
    expressions = selector.get("matchExpressions", [])
    assert all(expression["operator"] == "In" for expression in expressions)
    return wanted.items() <= labels.items() and all(labels.get(e["key"]) in e["values"] for e in expressions)


def _peer(peer: dict[str, Any], namespace: str, pod: Pod) -> bool:
    assert peer.keys() <= {"namespaceSelector", "podSelector"}
    if "namespaceSelector" in peer:
        here = _matches(peer["namespaceSelector"], {"kubernetes.io/metadata.name": pod[0]})
    else:
        here = pod[0] == namespace
    return here and _matches(peer.get("podSelector", {}), pod[1])


def _allows(direction: str, of: Pod, other: Pod, port: int) -> bool:
    """As Kubernetes decides: open until a policy of this direction selects the pod, then only what one of them allows."""
    policies = [
        (namespace, policy["spec"])
        for namespace, documents in ((APP, production()), (DATA, infra()))
        for policy in of_kind(documents, "NetworkPolicy")
        if namespace == of[0]
        and direction in policy["spec"]["policyTypes"]
        and _matches(policy["spec"]["podSelector"], of[1])
    ]
    if not policies:
        return True
    peers = "from" if direction == "Ingress" else "to"
    return any(
        (peers not in rule or any(_peer(peer, namespace, other) for peer in rule[peers]))
        and ("ports" not in rule or port in [one["port"] for one in rule["ports"]])
        for namespace, spec in policies
        for rule in spec.get(direction.lower(), [])
    )


def reaches(source: str, target: str, port: int) -> bool:
    return _allows("Egress", PODS[source], PODS[target], port) and _allows("Ingress", PODS[target], PODS[source], port)


ALLOWED = {
    ("stranger", "gateway", 8443),
    ("stranger", "gateway", 8080),
    *(("gateway", f"{service}-api", 8000) for service in SERVICES),
    *(("prometheus", f"{service}-api", 8000) for service in SERVICES),
    *((f"{service}-api", "auth-api", 8000) for service in SERVICES),
    *((f"{service}-{part}", "postgres", 5432) for service in SERVICES for part in ("api", "worker", "migrate")),
    *((f"{service}-worker", "rabbitmq", 5672) for service in SERVICES),
    *((f"documents-{part}", "objects", 8333) for part in ("api", "worker", "migrate")),
    ("documents-api", "ledgers-api", 8000),
    ("gateway", "portal", 8000),
    ("prometheus", "portal", 8000),
    ("gateway", "objects", 8333),
    ("keda", "rabbitmq", 5672),
}
# Nodes of one cluster, and the job that makes the bucket, speak to one another on whatever ports they like.
AMONG_THEMSELVES = {("postgres", "postgres"), ("rabbitmq", "rabbitmq"), ("objects", "objects"), ("bucket", "objects")}


@pytest.mark.parametrize("port", [8000, 8080, 8081, 8443, 5432, 5672, 8333, 8888, 9333])
def test_everybody_reaches_whom_they_need_and_nobody_else(port: int) -> None:
    ours = [name for name, pod in PODS.items() if pod[0] in (APP, DATA)]
    open_ = {(source, target, port) for source in PODS for target in ours if reaches(source, target, port)}
    open_ = {flow for flow in open_ if flow[:2] not in AMONG_THEMSELVES}
    expected = {flow for flow in ALLOWED if flow[2] == port}
    if port in (8080, 8443):
        # The gateway's doors are open to everyone, but those of us who may go nowhere cannot walk through them.
        open_ = {flow for flow in open_ if PODS[flow[0]][0] == "elsewhere"}
    assert open_ == expected


def test_everybody_may_ask_for_names() -> None:
    for workload in workloads(production()):
        assert _allows("Egress", PODS[workload.name], PODS["dns"], 53)
