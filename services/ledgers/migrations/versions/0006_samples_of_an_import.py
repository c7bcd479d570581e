"""samples of an import

Revision: 0006; after: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_job", sa.Column("samples", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("import_job", "samples")
