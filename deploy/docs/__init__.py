"""Documents made from the code, so that they cannot rot: `make docs` writes them, `make check` compares."""

from deploy.docs import leaves, permissions

# Each has a TARGET and a text().
DOCUMENTS = (leaves, permissions)
