"""findings that were told

Revision: 0002; after: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "finding_told",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_told")),
    )
    op.create_index("ix_finding_told_open", "finding_told", ["ledger"], unique=False, postgresql_where=sa.text("open"))


def downgrade() -> None:
    op.drop_index("ix_finding_told_open", table_name="finding_told", postgresql_where=sa.text("open"))
    op.drop_table("finding_told")
