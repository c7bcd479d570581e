"""The ASGI application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI

from kit.http.app import create_app
from kit.http.principal import Verifies
from kit.objects import ObjectStore
from services.documents.catalogue import LIBRARIES
from services.documents.library import Catalogue
from services.documents.routes import router
from services.documents.settings import Settings, get_settings


def create(
    settings: Settings | None = None, *, verifier: Verifies | None = None, libraries: Catalogue = LIBRARIES
) -> FastAPI:
    """The documents service. `libraries` is the catalogue, unless a test brings its own."""
    settings = settings or get_settings()
    store = ObjectStore(settings)

    @contextmanager
    def closing(_: FastAPI) -> Iterator[None]:
        try:
            yield
        finally:
            store.close()

    app = create_app(
        settings,
        title="资料库",
        description="文件资料库：文件夹、文件与版本；上传下载直达对象存储。",
        routers=[router],
        verifier=verifier,
        lifespans=[closing],
        # Not ready for want of the store would take the lists away as well; what needs the store answers 503 by itself.
    )
    app.state.store = store
    app.state.catalogue = libraries
    return app
