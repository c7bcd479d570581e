"""The embedded stack: PostgreSQL, Valkey, SeaweedFS and Traefik from wheels, and the services, under one supervisor."""
