"""Fixtures of every tier."""

from kit.testing.fixtures import broker, issuer, postgres, rabbitmq, service_settings, valkey

__all__ = ["broker", "issuer", "postgres", "rabbitmq", "service_settings", "valkey"]
