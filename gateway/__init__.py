"""The gateway: one settings model from which Traefik's own configuration is rendered, and the portal behind it."""
