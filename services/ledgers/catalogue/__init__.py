"""Every ledger, in the order of the menu. A new one is its file and one line here."""

from services.ledgers.catalogue.emergency_supplies import EmergencySupply
from services.ledgers.catalogue.fire_facilities import FireFacility
from services.ledgers.catalogue.special_operation_certificates import SpecialOperationCertificate
from services.ledgers.ledger import LedgerRow

LEDGERS: tuple[type[LedgerRow], ...] = (
    SpecialOperationCertificate,  # 4.3
    FireFacility,  # 5.3.1
    EmergencySupply,  # 7.3
)

BY_SLUG: dict[str, type[LedgerRow]] = {row.ledger.slug: row for row in LEDGERS}
