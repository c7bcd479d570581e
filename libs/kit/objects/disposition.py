"""Content-Disposition with names in any script (RFC 6266, RFC 8187)."""

from __future__ import annotations

from urllib.parse import quote


def content_disposition(name: str, *, inline: bool = False) -> str:
    """The header that makes a browser save (or show) a file as `name`. Only the encoded form is sent: every browser of
    this decade reads it, and a plain `filename=` beside it would need a second, lossy name."""
    return f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(name, safe='')}"
