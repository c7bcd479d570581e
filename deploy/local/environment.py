"""The environment of each process of the embedded stack: exactly the variables that its settings read."""

from __future__ import annotations

import os

from deploy.local import postgres, secrets, valkey
from deploy.local.layout import Layout
from deploy.local.options import Options
from deploy.local.ports import load as load_ports
from deploy.local.settings import LocalSettings
from deploy.local.topology import SERVICES

# What a process inherits from the person who started the stack. Everything else would make a stack behave differently
# depending on whose shell it was started from.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "USER", "COVERAGE_PROCESS_START", "VIRTUAL_ENV")


def inherited() -> dict[str, str]:
    """The ordinary variables, and UTF-8 wherever the machine says nothing."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {"LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", **kept}


def for_service(layout: Layout, service: str, *, process: str = "api") -> dict[str, str]:
    """The `SAFEWORK_*` variables of one process (`api` or `worker`) of a service. Also for the command line: a person's
    `safework migrate ledgers` needs the same."""
    keys, ports, options = secrets.load(layout), load_ports(layout), Options.load(layout)
    settings = LocalSettings()
    port = ports["postgres"]
    result = {
        "SAFEWORK_ENVIRONMENT": "embedded",
        "SAFEWORK_DATABASE_URL": postgres.url(service, "app", keys[f"{service}_app"], port),
        "SAFEWORK_MIGRATION_DATABASE_URL": postgres.url(service, "owner", keys[f"{service}_owner"], port),
        "SAFEWORK_BUS_URL": valkey.url(keys, ports["valkey"]),
        "SAFEWORK_HOST": "127.0.0.1",
        "SAFEWORK_PORT": str(ports[f"{service}_api"]),
        "SAFEWORK_PUBLIC_URL": options.public_url,
        "SAFEWORK_S3_ENDPOINT": f"http://127.0.0.1:{ports['objects_s3']}",
        "SAFEWORK_S3_PUBLIC_ENDPOINT": options.public_url,
        "SAFEWORK_S3_ACCESS_KEY": keys["s3_access_key"],
        "SAFEWORK_S3_SECRET_KEY": keys["s3_secret_key"],
        "SAFEWORK_S3_BUCKET": "safework",
        "SAFEWORK_S3_REGION": "us-east-1",
        "SAFEWORK_LOG_LEVEL": options.log_level,
        **{f"SAFEWORK_{name.upper()}_URL": f"http://127.0.0.1:{ports[f'{name}_api']}" for name in SERVICES},
    }
    result["SAFEWORK_AUDIT_KEYS"] = keys[f"{service}_audit_keys"]
    result["SAFEWORK_AUDIT_ANCHOR_DIR"] = str(layout.audit_anchors)
    if service in secrets.PERSONAL:
        result["SAFEWORK_PERSONAL_KEYS"] = keys[f"{service}_personal_keys"]
        result["SAFEWORK_PERSONAL_HASH_KEY"] = keys[f"{service}_personal_hash_key"]
    if service == "auth":
        result["SAFEWORK_SIGNING_KEY_DIR"] = str(layout.signing_keys)
        # Several people and scripts share a demo account.
        result["SAFEWORK_WEB_SESSIONS"] = "30"
        result["SAFEWORK_DEMO_PASSWORD"] = secrets.demo_password(settings, layout)
    if process == "worker":
        result["SAFEWORK_HEARTBEAT_FILE"] = str(layout.heartbeat(f"{service}-worker"))
        # psycopg's C waiter blocks eventlet's whole hub; this has to stand before psycopg is imported (reliability.md F9).
        result["PSYCOPG_WAIT_FUNC"] = "wait_selector"
        # All addresses of this stack are 127.0.0.1: eventlet's own resolver is a fifth of a worker's start and of no use.
        result["EVENTLET_NO_GREENDNS"] = "yes"
    return result
