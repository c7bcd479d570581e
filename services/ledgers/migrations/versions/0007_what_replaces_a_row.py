"""what replaces a row: the index of the keys has the date as well, so that a list can ask of every row

Revision: 0007; after: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_HASH = "substr(id_number, 4, 22)"
# Table → the other keys, the date. Examinations were found by their index of the identity number alone, which stays.
_KEYS = {
    "safety_certificates": (("cert_type",), "issue_date"),
    "gas_certificates": (("cert_type", "item"), "issue_date"),
    "special_operation_certificates": (("item",), "issue_date"),
    "other_certificates": (("cert_type", "item"), "issue_date"),
    "health_examinations": ((), "exam_date"),
}


def _index(table: str, *keys: str) -> None:
    op.create_index(
        f"ix_{table}_id_number_{'_'.join(keys)}",
        table,
        [sa.literal_column(_HASH), *keys],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def upgrade() -> None:
    for table, (keys, by) in _KEYS.items():
        _index(table, *keys, by)
        if keys:
            op.drop_index(f"ix_{table}_id_number_{'_'.join(keys)}", table_name=table)


def downgrade() -> None:
    for table, (keys, by) in _KEYS.items():
        if keys:
            _index(table, *keys)
        op.drop_index(f"ix_{table}_id_number_{'_'.join((*keys, by))}", table_name=table)
