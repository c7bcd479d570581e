"""Which fields of a ledger cannot be judged alone; also in the child process."""

from __future__ import annotations

from services.ledgers.ledger import LedgerRow


def connected(row_class: type[LedgerRow]) -> frozenset[str]:
    """The fields that some rule connects with another one, and those that a row cannot be without."""
    keys: set[str] = set()
    for rule in row_class.ledger.rules:
        if len({*rule.reads, *rule.fills}) > 1:
            keys.update(rule.reads, rule.fills)
    for key, spec in row_class.input_fields().items():
        if spec.within:
            keys.update((key, spec.within))
        if spec.required_when:
            keys.update((key, spec.required_when.field))
        if spec.required:
            keys.add(key)
    return frozenset(keys)
