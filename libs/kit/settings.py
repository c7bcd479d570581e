"""Settings that every service shares. Only settings modules read the environment (import-linter and a test see to it)."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from kit.sealing import Keyring

# Passwords that ship with products and tutorials; a start with one of them is refused (reliability.md 3.14).
WELL_KNOWN_SECRETS = frozenset({"", "guest", "minioadmin", "postgres", "changeme", "password", "admin", "secret"})

_SECRETS_DIR = os.environ.get("SAFEWORK_SECRETS_DIR")


class ServiceSettings(BaseSettings):
    """One process of one service. Each value comes from `SAFEWORK_<NAME>` or from a file `<name>` in
    `SAFEWORK_SECRETS_DIR` (for secrets mounted by Docker or Kubernetes)."""

    model_config = SettingsConfigDict(
        env_prefix="SAFEWORK_",
        secrets_dir=_SECRETS_DIR if _SECRETS_DIR and Path(_SECRETS_DIR).is_dir() else None,
        extra="ignore",
        hide_input_in_errors=True,
    )

    service: ClassVar[str] = ""

    environment: Literal["embedded", "production"] = "production"
    database_url: SecretStr
    migration_database_url: SecretStr | None = None
    bus_url: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:8080"
    auth_url: str = "http://127.0.0.1:8001"
    # How long a copy of auth's keys and revocations may be used while auth is away (reliability.md 3.3 S11).
    auth_grace_seconds: int = 300
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    heartbeat_file: Path | None = None
    # Keys of the audit trail's MACs, separated by commas: the first one signs, all of them verify. They never stand in the
    # database, so that whoever can write there cannot write a row that looks as if the application had.
    audit_keys: SecretStr | None = None
    # Where the audit chain's head is written down once a day, beside the object store; a folder on another machine or on
    # media that can be written once is best.
    audit_anchor_dir: Path | None = None
    # Exports of more rows need a session that was opened with two factors (reliability.md 3.1 S6): 5,000, and in the embedded
    # demo none, unless it is said otherwise.
    export_second_factor_rows: int | None = None

    @property
    def second_factor_above(self) -> int:
        """The most rows that somebody with a password alone may take away at once."""
        if self.export_second_factor_rows is not None:
            return self.export_second_factor_rows
        return sys.maxsize if self.embedded else 5_000

    @property
    def embedded(self) -> bool:
        """Whether this is the demo on one machine, the only place where demo accounts may exist."""
        return self.environment == "embedded"

    def migration_url(self) -> str:
        """The URL of the role that owns the tables; migrations are refused without it."""
        if self.migration_database_url is None:
            raise RuntimeError("SAFEWORK_MIGRATION_DATABASE_URL 未设置：迁移需要表的所有者账号")
        return self.migration_database_url.get_secret_value()

    def audit_key_ring(self) -> tuple[bytes, ...]:
        """The keys bound to the service, so that a row cannot be carried from one service's trail into another's. Empty
        where none is set, as in most tests."""
        if self.audit_keys is None:
            if not self.embedded:
                raise RuntimeError("SAFEWORK_AUDIT_KEYS 未设置：没有审计密钥不能启动")
            return ()
        given = [part.strip() for part in self.audit_keys.get_secret_value().split(",") if part.strip()]
        if not given or any(len(part) < 32 for part in given):
            raise RuntimeError("SAFEWORK_AUDIT_KEYS 中的每个密钥至少 32 个字符")
        return tuple(hashlib.sha256(f"safework.audit:{self.service}:{part}".encode()).digest() for part in given)

    @model_validator(mode="after")
    def _refuse_well_known_secrets(self) -> ServiceSettings:
        from sqlalchemy.engine import make_url

        if self.environment == "production":
            password = make_url(self.database_url.get_secret_value()).password
            if str(password or "") in WELL_KNOWN_SECRETS:
                raise ValueError("数据库口令为空或是众所周知的默认口令，拒绝启动")
        return self


class PersonalSettings(BaseSettings):
    """Keys for personal data. Mixed into the settings of a service that holds any; without good ones it does not start.

    `personal_keys` are `id:key`, separated by blanks or commas: the first one seals, all of them open, so that a key is
    replaced by putting a new one in front (`safework personal rotate`). `personal_hash_key` finds values by exact match
    and stays as it is. Each key is base64url of at least 32 random bytes."""

    personal_keys: SecretStr
    personal_hash_key: SecretStr

    @model_validator(mode="after")
    def _refuse_weak_keys(self) -> PersonalSettings:
        self.keyring()
        return self

    def keyring(self) -> Keyring:
        """The keys, ready for use."""
        from kit.sealing.keyring import Keyring, parse_key, parse_keys

        keys = parse_keys(self.personal_keys.get_secret_value())
        return Keyring(keys, parse_key(self.personal_hash_key.get_secret_value()))


class ObjectStoreSettings(BaseSettings):
    """Where files are kept: any S3. Mixed into the settings of a service that needs it."""

    s3_endpoint: str = "http://127.0.0.1:8333"
    # What presigned URLs name: the gateway's address, since browsers cannot reach the store itself.
    s3_public_endpoint: str = "http://127.0.0.1:8080"
    # Empty where nobody needs the store: a migration. The store's client refuses to begin without them.
    s3_access_key: SecretStr = SecretStr("")
    s3_secret_key: SecretStr = SecretStr("")
    s3_bucket: str = "safework"
    # Where the audit chains' heads are kept: a bucket with object lock, so that what is in it can be removed by nobody.
    s3_audit_bucket: str = "safework-audit"
    s3_region: str = "us-east-1"
