"""The bus of one service in numbers, for `safework status`, /metrics and alarms (reliability.md 2.4)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

# Alarms: the oldest event without a receipt, the oldest that waits to be handled.
OUTBOX_ALARM_SECONDS = 120.0
INBOX_ALARM_SECONDS = 60.0
# Sent so often without a receipt, a delivery is stuck: something is wrong with its subscriber.
STUCK_ATTEMPTS = 8

_QUERY = text(
    """
    SELECT
      (SELECT count(*) FROM outbox_delivery WHERE state IN ('pending', 'sent')) AS pending,
      (SELECT count(*) FROM outbox_delivery WHERE state IN ('pending', 'sent') AND attempts >= :stuck) AS stuck,
      (SELECT coalesce(extract(epoch FROM now() - min(o.occurred_at)), 0)
         FROM outbox_delivery d JOIN outbox o ON o.id = d.event_id
        WHERE d.state IN ('pending', 'sent')) AS oldest_pending,
      (SELECT count(*) FROM inbox WHERE state = 'ready') AS ready,
      (SELECT coalesce(extract(epoch FROM now() - min(received_at)), 0) FROM inbox WHERE state = 'ready') AS oldest_ready,
      (SELECT count(*) FROM inbox WHERE state = 'dead') AS dead,
      (SELECT count(*) FROM inbox_quarantine) AS quarantined
    """
)


@dataclass(frozen=True, slots=True)
class BusStatus:
    """`pending`: deliveries without a receipt, `stuck` of them sent 8 times or more; `ready`: events that wait to be
    handled; `dead`: given up; `quarantined`: unreadable messages. Ages in seconds."""

    pending: int
    stuck: int
    oldest_pending: float
    ready: int
    oldest_ready: float
    dead: int
    quarantined: int

    @property
    def alarms(self) -> tuple[str, ...]:
        """What an operator should look at, in Chinese; empty when all is well."""
        found = []
        if self.oldest_pending > OUTBOX_ALARM_SECONDS:
            found.append(f"最早的待送事件已等待 {self.oldest_pending:.0f} 秒")
        if self.stuck:
            found.append(f"{self.stuck} 个事件多次发送仍无回执")
        if self.oldest_ready > INBOX_ALARM_SECONDS:
            found.append(f"最早的待处理事件已等待 {self.oldest_ready:.0f} 秒")
        if self.dead:
            found.append(f"{self.dead} 个事件处理失败，需人工处理")
        if self.quarantined:
            found.append(f"{self.quarantined} 条无法识别的消息被隔离")
        return tuple(found)

    def numbers(self) -> dict[str, Any]:
        """For JSON and metrics."""
        return asdict(self)


def status(session: Session) -> BusStatus:
    """Reads the numbers from this service's database; every count rests on a partial index."""
    row = session.execute(_QUERY, {"stuck": STUCK_ATTEMPTS}).one()
    return BusStatus(
        pending=row.pending,
        stuck=row.stuck,
        oldest_pending=float(row.oldest_pending),
        ready=row.ready,
        oldest_ready=float(row.oldest_ready),
        dead=row.dead,
        quarantined=row.quarantined,
    )
