"""`python -m deploy.check`, a part of `make check`: what is generated and committed is what its sources say."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]

COMPILE = (
    "pip", "compile", "-q", "--universal", "--generate-hashes", "--python-version", "3.11",
    "--no-header", "--all-extras", "pyproject.toml", "-o",
)  # fmt: skip


def lock() -> str | None:
    """requirements.lock fits pyproject.toml, and names no registry."""
    committed = PROJECT / "requirements.lock"
    with tempfile.TemporaryDirectory() as folder:
        # uv keeps the versions that it finds in the output file: newer releases elsewhere are no reason to complain.
        fresh = Path(folder) / "requirements.lock"
        shutil.copyfile(committed, fresh)
        uv = Path(sys.executable).with_name("uv")
        result = subprocess.run(  # noqa: S603
            [uv, *COMPILE, fresh], cwd=PROJECT, capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            return f"uv 无法解析依赖：{result.stderr.strip()[-500:]}"
        if fresh.read_bytes() != committed.read_bytes():
            return "requirements.lock 与 pyproject.toml 不一致，请运行 make lock"
    if "://" in committed.read_text(encoding="utf-8"):
        return "requirements.lock 含有软件源的地址"
    return None


def gateway() -> str | None:
    """The copies of Traefik's configuration are what gateway/settings.py says."""
    from gateway.__main__ import COMMITTED
    from gateway.render import render
    from gateway.targets import TARGETS

    for target, folder in COMMITTED.items():
        for name, text in render(TARGETS[target]()).items():
            if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text:
                return f"{folder.relative_to(PROJECT) / name} 已过时，请运行 python -m gateway render"
    return None


def migrations() -> str | None:
    """Every service's migrations lead to the tables that its models declare."""
    from kit.db import migrate
    from kit.testing.databases import run_postgres

    for postgres in run_postgres():
        for service in migrate.services():
            settings_class = importlib.import_module(f"services.{service}.settings").Settings
            name = postgres.clone(settings_class)
            try:
                if difference := migrate.drift(postgres.settings(settings_class, name)):
                    return f"{service} 的模型与迁移不一致，请运行 safework revision {service}：{difference}"
            finally:
                postgres.drop(name)
    return None


def documents() -> str | None:
    """The generated documents say what is built."""
    from deploy.docs import DOCUMENTS

    stale = [entry.TARGET.name for entry in DOCUMENTS if entry.TARGET.read_text("utf-8") != entry.text()]
    return f"docs/ 中已过时：{'、'.join(stale)}，请运行 make docs" if stale else None


CHECKS: dict[str, Callable[[], str | None]] = {
    "锁文件": lock,
    "网关配置": gateway,
    "数据库迁移": migrations,
    "叶子清单": documents,
}


def main() -> None:
    """Runs every check and ends with 1 if one has something to say."""
    found = {name: check() for name, check in CHECKS.items()}
    for name, problem in found.items():
        print(f"{name}：{problem or '一致'}")  # noqa: T201
    sys.exit(any(found.values()))


if __name__ == "__main__":
    main()
