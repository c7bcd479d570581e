"""Documents made from the code, so that they cannot rot: `make docs` writes them, `make check` compares."""
