"""Alembic's entry into this service's migrations."""

from kit.db import migrate
from services.ledgers.tables import metadata

migrate.run(metadata)
