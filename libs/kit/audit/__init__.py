"""The audit trail: who did what, to what, from where, with what result. A row is written in the transaction of the action,
so that an action without its audit row cannot happen (reliability.md 3.2, 安全审计).

`record` writes it, with a keyed MAC over its content; the keeper (one per service, in the relay's process) puts committed
rows into a hash chain and anchors the chain's head outside the database; `verify` recomputes both. Why in this order:
docs/decisions/0007-audit-chain.md."""

from kit.audit.origin import Origin, origin
from kit.audit.recording import record
from kit.audit.tables import AuditAnchor, AuditChain, AuditLog, AuditPending

__all__ = ["AuditAnchor", "AuditChain", "AuditLog", "AuditPending", "Origin", "origin", "record"]
