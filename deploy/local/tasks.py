"""The one-shot steps of a start that are nobody's command: `python -m deploy.local.tasks databases|bucket`."""

from __future__ import annotations

import sys

from deploy.local import objects, ports, postgres, secrets
from deploy.local.settings import LocalSettings


def main() -> None:
    """Runs the step that the argument names."""
    layout = LocalSettings().layout()
    match sys.argv[1:]:
        case ["databases"]:
            postgres.ensure_databases(ports.load(layout)["postgres"], secrets.load(layout))
        case ["bucket"]:
            objects.ensure_bucket(layout, ports.load(layout))
        case other:
            sys.exit(f"unknown step: {other}")


if __name__ == "__main__":
    main()
