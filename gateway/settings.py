"""Everything that can be set about the gateway, with the defaults of reliability.md 3.5, 3.9 and 3.10."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SERVICES = ("auth", "documents", "ledgers", "workflow", "reports")

MEBIBYTE = 1024 * 1024


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rate(_Part):
    """So many requests in a period, and so many at once."""

    average: int = Field(gt=0)
    burst: int = Field(gt=0)
    period: str = "1m"


class RateLimits(_Part):
    """Per address these are wide, since a whole branch may sit behind one; per session they are what one person needs.
    Limits per account and per document are the services' own."""

    per_address: Rate = Rate(average=6000, burst=1000)
    per_session: Rate = Rate(average=600, burst=200)
    login_per_address: Rate = Rate(average=100, burst=30)


class BodyLimits(_Part):
    """Bytes of a request's body. The object store's are unlimited here: documents signs each part's exact size."""

    json_bytes: int = MEBIBYTE
    # 20 MB of workbook and the multipart envelope around it.
    import_bytes: int = 20 * MEBIBYTE + 256 * 1024
    header_bytes: int = 32 * 1024


class Timeouts(_Part):
    """Go durations."""

    # For a whole request with its body: 16 MB, one part of an upload, over a line of 0.5 Mbit/s.
    read: str = "300s"
    idle: str = "90s"
    dial: str = "3s"
    # Until the first byte of an answer: the services give up after 15 s, an export of 100,000 rows takes longer.
    response_header: str = "60s"
    # Shorter than the services' own (100 s), so that it is never they who close a connection that is about to be used.
    backend_idle: str = "60s"
    grace: str = "10s"


class Resilience(_Part):
    """What the gateway does when a service does not answer."""

    # Only requests that never reached the service are sent again (Traefik's retry leaves POST alone otherwise).
    retry_attempts: int = 3
    retry_interval: str = "100ms"
    breaker: str = "NetworkErrorRatio() > 0.5 || ResponseCodeRatio(502, 503, 0, 600) > 0.5"
    breaker_check: str = "1s"
    breaker_fallback: str = "2s"
    breaker_recovery: str = "2s"


class Tls(_Part):
    """Where certificate and key lie for Traefik."""

    certificate: str
    key: str
    port: int = 8443
    # The port that people see: the load balancer's, which leads to `port`. Redirections name this one.
    public_port: int = 443
    min_version: Literal["VersionTLS12", "VersionTLS13"] = "VersionTLS12"
    hsts_seconds: int = 31_536_000


class SecurityHeaders(_Part):
    """What every answer carries. antd writes style elements, hence 'unsafe-inline' for styles and for nothing else."""

    content_security_policy: str = (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; frame-src 'self' blob:; worker-src 'self' blob:; "
        "manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    # A stored file may be shown inside our own page (PDF, picture), and nothing in it may run.
    objects_policy: str = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; object-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    )
    referrer_policy: str = "same-origin"
    permissions_policy: str = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"


class GatewaySettings(BaseSettings):
    """The gateway of one deployment. `SAFEWORK_GATEWAY_RATES__PER_SESSION__AVERAGE=1200` and the like override it."""

    model_config = SettingsConfigDict(env_prefix="SAFEWORK_GATEWAY_", env_nested_delimiter="__", extra="ignore")

    target: Literal["embedded", "compose", "kubernetes"]
    # Where Traefik listens for people, and for probes of its own health.
    address: str = ":8080"
    ping_address: str = ":8081"
    # Host names that are answered; empty means any.
    hosts: tuple[str, ...] = ()
    # Asking for the start page under another name leads here, since signed URLs carry this one. Empty: no redirection.
    canonical_url: str = ""
    # Load balancers before us, whose X-Forwarded-* are believed. Nobody else's ever are.
    trusted_proxies: tuple[str, ...] = ()
    services: dict[str, str]
    portal: str
    objects: str
    bucket: str = "safework"
    tls: Tls | None = None
    rates: RateLimits = RateLimits()
    bodies: BodyLimits = BodyLimits()
    timeouts: Timeouts = Timeouts()
    resilience: Resilience = Resilience()
    headers: SecurityHeaders = SecurityHeaders()
    compress_from_bytes: int = 1024
    access_log: bool = True
    log_level: Literal["DEBUG", "INFO", "WARN", "ERROR"] = "INFO"
