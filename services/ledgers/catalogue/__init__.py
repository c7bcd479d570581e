"""Every ledger, in the order of the menu. A new one is its file and one line here."""

from services.ledgers.catalogue.emergency_supplies import EmergencySupply
from services.ledgers.catalogue.emergency_teams import EmergencyTeamMember
from services.ledgers.catalogue.fire_facilities import FireFacility
from services.ledgers.catalogue.gas_certificates import GasCertificate
from services.ledgers.catalogue.health_examinations import HealthExamination
from services.ledgers.catalogue.investment_budgets import InvestmentBudget
from services.ledgers.catalogue.investment_spending import InvestmentSpending
from services.ledgers.catalogue.other_certificates import OtherCertificate
from services.ledgers.catalogue.risks import Risk
from services.ledgers.catalogue.safety_certificates import SafetyCertificate
from services.ledgers.catalogue.special_equipment import SpecialEquipment
from services.ledgers.catalogue.special_operation_certificates import SpecialOperationCertificate
from services.ledgers.ledger import LedgerRow

LEDGERS: tuple[type[LedgerRow], ...] = (
    InvestmentBudget,  # 2.6.1
    InvestmentSpending,  # 2.6.2
    SafetyCertificate,  # 4.1
    GasCertificate,  # 4.2
    SpecialOperationCertificate,  # 4.3
    OtherCertificate,  # 4.4
    SpecialEquipment,  # 5.2
    FireFacility,  # 5.3.1
    HealthExamination,  # 5.6.3
    Risk,  # 6.2
    EmergencyTeamMember,  # 7.2
    EmergencySupply,  # 7.3
)

# The ledgers whose columns are those of services.ledgers.certificate_fields.
CERTIFICATES: tuple[type[LedgerRow], ...] = (
    SafetyCertificate,
    GasCertificate,
    SpecialOperationCertificate,
    OtherCertificate,
)

BY_SLUG: dict[str, type[LedgerRow]] = {row.ledger.slug: row for row in LEDGERS}
