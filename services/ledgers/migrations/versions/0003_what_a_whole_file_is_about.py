"""what a whole file is about

Revision: 0003; after: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_job", sa.Column("import_by", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("import_job", "import_by")
