"""A worker's process: `python -P libs/kit/worker/__main__.py <service>` (see kit.worker.main)."""

import os

# psycopg chooses how it waits when it is imported; its default would block every greenlet of the process, not only its
# own (reliability.md F9). An undocumented variable: kit.worker.process refuses to start when it has had no effect.
os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"

import warnings

warnings.filterwarnings("ignore", message="(?s).*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()

if __name__ == "__main__":
    import sys

    from kit.worker.process import run

    sys.exit(run(sys.argv[1]))
