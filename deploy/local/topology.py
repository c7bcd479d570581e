"""The five services, once, in the order in which they depend on one another's facts."""

from __future__ import annotations

SERVICES = ("auth", "documents", "ledgers", "workflow", "reports")


def database(service: str) -> str:
    """The name of a service's own database."""
    return f"safework_{service}"
