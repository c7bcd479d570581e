"""The five services, once, in the order in which they depend on one another's facts."""

from __future__ import annotations

from deploy.local.layout import PROJECT

SERVICES = ("auth", "documents", "ledgers", "workflow", "reports")


def database(service: str) -> str:
    """The name of a service's own database."""
    return f"safework_{service}"


def has(service: str, module: str) -> bool:
    """Whether a service has a module, without importing it: `has("auth", "seed")`."""
    return (PROJECT / "services" / service / f"{module}.py").is_file()
