"""Rows of other services to which files are attached: who may see a row is asked of the service that owns it, with the
token of the person who asks. No super-token, no copy of anybody's data scope (reliability.md S17)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from kit import log
from kit.errors import AppError, Forbidden, NotFound, Unauthenticated, Unavailable

_log = log.get(__name__)

# A person waits for both services: the question is small, and beyond this something is wrong.
SECONDS = 5.0


class Rights(BaseModel):
    """What the person may do with the row."""

    model_config = ConfigDict(extra="ignore")

    title: str
    read: bool
    update: bool


@dataclass(frozen=True, slots=True)
class Owner:
    """A row that owns files. `key` names it among all owners."""

    type: str
    id: UUID

    @property
    def key(self) -> str:
        return f"ledgers-{self.type}-{self.id}"


class Owners:
    """The ledgers, asked over HTTP."""

    def __init__(self, url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        # trust_env: a proxy from the environment has no business between two of our services.
        self._client = httpx.Client(base_url=url, timeout=SECONDS, transport=transport, trust_env=False)

    def rights(self, owner: Owner, authorization: str) -> Rights:
        """What the bearer of this token may do with a row. NotFound where the row is out of reach, and Unavailable while
        the ledgers do not answer: without an answer nobody gets a file."""
        try:
            answer = self._client.get(
                f"/api/ledgers/{owner.type}/{owner.id}/rights", headers={"Authorization": authorization}
            )
        except httpx.HTTPError as error:
            _log.warning("owner_unreachable", error=str(error))
            raise Unavailable("台账服务暂时不可用，附件稍后可用", code="owner_unavailable", retry_after=5) from None
        if answer.status_code != 200:
            raise _refusal(answer)
        try:
            return Rights.model_validate_json(answer.content)
        except ValidationError as error:
            _log.error("owner_answer_not_understood", error=str(error))
            raise Unavailable("台账服务的答复无法识别", code="owner_unavailable") from None

    def close(self) -> None:
        """Lets the connections go."""
        self._client.close()


def _refusal(answer: httpx.Response) -> AppError:
    if answer.status_code == 401:
        return Unauthenticated()
    if answer.status_code == 403:
        return Forbidden("没有查看该记录的权限", code="permission_missing")
    # A slug that is no ledger (422 for a malformed id included) is a row that is not there.
    if answer.status_code in (404, 422):
        return NotFound()
    return Unavailable("台账服务暂时不可用，附件稍后可用", code="owner_unavailable", retry_after=5)
