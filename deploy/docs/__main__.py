"""`python -m deploy.docs` writes the generated documents; `make check` says whether they are up to date."""

from __future__ import annotations

from deploy.docs import DOCUMENTS

if __name__ == "__main__":
    for document in DOCUMENTS:
        document.TARGET.write_text(document.text(), encoding="utf-8")
