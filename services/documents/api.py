"""The ASGI application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from fastapi import FastAPI

from kit.http.app import create_app
from kit.http.permissions import Permits
from kit.http.principal import Verifies
from kit.objects import ObjectStore
from services.documents.attachment_routes import router as attachments
from services.documents.audited import WORDS
from services.documents.catalogue import LIBRARIES
from services.documents.library import VERBS, Catalogue
from services.documents.owners import Owners
from services.documents.routes import router
from services.documents.settings import Settings, get_settings


def create(
    settings: Settings | None = None,
    *,
    verifier: Verifies | None = None,
    libraries: Catalogue = LIBRARIES,
    owners_transport: httpx.BaseTransport | None = None,
) -> FastAPI:
    """The documents service. `libraries` is the catalogue, unless a test brings its own; `owners_transport` leads to the
    ledgers, unless a test has them in its own process."""
    settings = settings or get_settings()
    store = ObjectStore(settings)
    owners = Owners(settings.ledgers_url, transport=owners_transport)

    @contextmanager
    def closing(_: FastAPI) -> Iterator[None]:
        try:
            yield
        finally:
            store.close()
            owners.close()

    app = create_app(
        settings,
        title="资料库",
        description="文件资料库：文件夹、文件与版本；上传下载直达对象存储。",
        routers=[router, attachments],
        verifier=verifier,
        lifespans=[closing],
        words=WORDS,
        permits=Permits(
            titles={library.slug: library.title for library in libraries.values()},
            names={"slug": list(libraries)},
            # Routes that begin at a node learn the library from the row, and ask there (access.py).
            in_code=[library.permission(verb) for library in libraries.values() for verb in VERBS],
        ),
        # Not ready for want of the store would take the lists away as well; what needs the store answers 503 by itself.
    )
    app.state.store = store
    app.state.owners = owners
    app.state.catalogue = libraries
    return app
