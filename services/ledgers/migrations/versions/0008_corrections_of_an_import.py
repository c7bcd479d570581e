"""corrections of an import

Revision: 0008; after: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_job", sa.Column("corrections", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("import_job", "corrections")
