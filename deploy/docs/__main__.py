"""`python -m deploy.docs` writes the generated documents; `make check` says whether they are up to date."""

from __future__ import annotations

from deploy.docs import leaves

if __name__ == "__main__":
    leaves.TARGET.write_text(leaves.text(), encoding="utf-8")
