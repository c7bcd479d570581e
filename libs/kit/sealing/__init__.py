"""Personal values, encrypted at rest and found again by exact value (docs/decisions/0008-sealed-personal-data.md).

    phone: Mapped[str | None] = mapped_column(Sealed("user_account.phone", "phone"))

Python sees the value, the database a token: `~1.<keyed hash>.<key id>.<ciphertext>`. `==`, `in` and `IS DISTINCT FROM`
on such a column compare the hashes; an order or a part of a value cannot be asked for."""

from kit.sealing.errors import KeyMissing, SealBroken, SealError
from kit.sealing.keyring import Keyring, keyring, parse_keys, use
from kit.sealing.types import Sealed, SealedBytes, SealedJSON, by_value, fingerprint, is_sealed, sealed_type

__all__ = [
    "KeyMissing",
    "Keyring",
    "SealBroken",
    "SealError",
    "Sealed",
    "SealedBytes",
    "SealedJSON",
    "by_value",
    "fingerprint",
    "is_sealed",
    "keyring",
    "parse_keys",
    "sealed_type",
    "use",
]
