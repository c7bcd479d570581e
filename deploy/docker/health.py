#!/opt/safework/bin/python -IS
"""Health of a container: `safework-health URL` asks for 200, `safework-health FILE` for a file written a short while ago.

Standard library only, and started without site packages: it runs every few seconds in every container."""

import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

# The worker writes its heartbeat every second; a blocked event loop does not (reliability.md 2.9).
STALE_SECONDS = 30.0


def unhealthy(target: str) -> str | None:
    """What is wrong, or None."""
    if target.startswith("http://"):
        try:
            # No proxy from the environment: the address is this container's own.
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(target, timeout=2) as answer:
                return None if answer.status == 200 else f"{target}: {answer.status}"
        except (OSError, urllib.error.URLError) as error:
            return f"{target}: {error}"
    try:
        age = time.time() - Path(target).stat().st_mtime
    except OSError as error:
        return str(error)
    return None if age <= STALE_SECONDS else f"{target}: {age:.0f} s old"


if __name__ == "__main__":
    problem = unhealthy(sys.argv[1])
    if problem:
        sys.stderr.write(problem + "\n")
    sys.exit(1 if problem else 0)
