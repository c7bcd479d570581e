"""The HTTP edge of a service."""
