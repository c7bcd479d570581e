"""Alembic's entry into this service's migrations."""

from kit.db import migrate
from services.auth.tables import metadata

migrate.run(metadata)
