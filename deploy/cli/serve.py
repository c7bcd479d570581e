"""How every HTTP process is served: one function, so that the server can be exchanged in one place (bench/ compares)."""

from __future__ import annotations

# Longer than the gateway keeps an idle connection, so that it is never we who close one that it is about to use.
KEEP_ALIVE_SECONDS = 100
DRAIN_SECONDS = 15


def serve(application: str, host: str, port: int, *, trusted_proxies: str = "127.0.0.1") -> None:
    """Runs what `module:create` makes in one process until it is told to stop; requests in flight get 15 seconds. Threads are the
    application's own (kit.http.app: 40). `trusted_proxies` lists who may say for whom a request was forwarded."""
    import uvicorn

    uvicorn.run(
        application,
        factory=True,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=True,
        forwarded_allow_ips=trusted_proxies,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        limit_concurrency=500,
        backlog=512,
        ws="none",
        http="httptools",
        loop="uvloop",
    )
