"""Alembic's entry into this service's migrations."""

from kit.db import migrate
from services.reports.tables import metadata

migrate.run(metadata)
