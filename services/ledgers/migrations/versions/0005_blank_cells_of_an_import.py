"""blank cells of an import

Revision: 0005; after: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_job", sa.Column("blank_cells", sa.Text(), server_default="keep", nullable=False))
    op.add_column("import_job", sa.Column("cleared", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("ck_import_job_blank_cells"), "import_job", "blank_cells IN ('keep', 'clear')")
    op.add_column("import_row", sa.Column("blank", sa.ARRAY(sa.Text()), nullable=True))


def downgrade() -> None:
    op.drop_column("import_row", "blank")
    op.drop_constraint(op.f("ck_import_job_blank_cells"), "import_job", type_="check")
    op.drop_column("import_job", "cleared")
    op.drop_column("import_job", "blank_cells")
