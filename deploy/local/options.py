"""How a stack was asked for: kept for the supervisor and for every later command."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from deploy.local.layout import Layout, read_json, write_private


@dataclass(frozen=True, slots=True)
class Options:
    """The public side of the stack."""

    port: int = 8080
    bind: str = "127.0.0.1"
    public_url: str = "http://127.0.0.1:8080"
    log_level: str = "INFO"

    @classmethod
    def make(cls, port: int, bind: str, public_url: str | None = None, log_level: str = "INFO") -> Options:
        """Fills in the URL: people on this machine use loopback, whatever address is bound."""
        host = "127.0.0.1" if bind in ("0.0.0.0", "::", "127.0.0.1", "localhost") else bind  # noqa: S104
        host = f"[{host}]" if ":" in host else host
        return cls(port, bind, (public_url or f"http://{host}:{port}").rstrip("/"), log_level)

    @property
    def loopback(self) -> str:
        """An address at which this machine reaches what `bind` names."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.bind, self.bind)  # noqa: S104

    @classmethod
    def load(cls, layout: Layout) -> Options:
        """The options of the last start."""
        kept = read_json(layout.options)
        return cls(**{name: kept[name] for name in cls.__slots__ if name in kept})

    def save(self, layout: Layout) -> None:
        """Keeps them."""
        write_private(layout.options, json.dumps(asdict(self)))
