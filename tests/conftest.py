"""Fixtures of every tier."""

from kit.testing.fixtures import broker, issuer, postgres, rabbitmq, service_settings, valkey
from tests.system.stack import stack

__all__ = ["broker", "issuer", "postgres", "rabbitmq", "service_settings", "stack", "valkey"]
