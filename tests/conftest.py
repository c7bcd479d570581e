"""Fixtures of every tier."""

from kit.testing.fixtures import issuer, postgres, service_settings

__all__ = ["issuer", "postgres", "service_settings"]
