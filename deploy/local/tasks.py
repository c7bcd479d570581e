"""The one-shot steps of a start: `python -m deploy.local.tasks databases|bucket|migrate|seed`."""

from __future__ import annotations

import subprocess
import sys

from deploy.local import freshness, objects, ports, postgres, secrets
from deploy.local.settings import LocalSettings


def main() -> None:
    """Runs the step that the argument names."""
    settings = LocalSettings()
    layout = settings.layout()
    port, keys = ports.load(layout)["postgres"], secrets.load(layout)
    match sys.argv[1:]:
        case ["databases"]:
            postgres.ensure_databases(port, keys)
        case ["bucket"]:
            objects.ensure_bucket(layout, ports.load(layout))
        case ["migrate"]:
            _safework("migrate", "--all")
        case ["seed"]:
            _safework("seed", "--all")
            freshness.mark(layout, port, keys, secrets.demo_password(settings, layout))
        case other:
            sys.exit(f"unknown step: {other}")


def _safework(*arguments: str) -> None:
    """Runs `safework …` with its output in this step's log, and ends as it ends."""
    code = subprocess.run([sys.executable, "-m", "deploy.cli", *arguments], check=False).returncode  # noqa: S603
    if code != 0:
        sys.exit(code)


if __name__ == "__main__":
    main()
