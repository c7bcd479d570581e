"""`python -m gateway render --target kubernetes --out FOLDER`."""

from __future__ import annotations

import argparse
from pathlib import Path

from gateway.render import render
from gateway.targets import TARGETS

PROJECT = Path(__file__).resolve().parents[1]

# The committed copies, compared with a fresh rendering by tests/unit/gateway/test_render.py.
COMMITTED = {
    "compose": PROJECT / "deploy" / "compose" / "gateway",
    "kubernetes": PROJECT / "deploy" / "k8s" / "base" / "gateway",
}


def main() -> None:
    """Writes Traefik's files of one target, by default over the committed copies of all."""
    parser = argparse.ArgumentParser(prog="python -m gateway", description="渲染 Traefik 的配置")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("render", help="由 gateway/settings.py 生成 traefik.yaml 和 dynamic.yaml")
    command.add_argument("--target", choices=sorted(TARGETS), help="默认：全部")
    command.add_argument("--out", type=Path, help="写到哪个目录；默认写到仓库中的副本")
    chosen = parser.parse_args()
    if chosen.out and not chosen.target:
        parser.error("--out 需要 --target")
    for target in [chosen.target] if chosen.target else sorted(TARGETS):
        folder = chosen.out or COMMITTED[target]
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in render(TARGETS[target]()).items():
            (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
