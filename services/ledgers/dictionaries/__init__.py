"""The dictionaries that the ledgers rely on, declared as data with their legal basis. The identity service owns them from
the first seed on: an administrator's changes stay (kit.directory.declare)."""

from kit.directory import DictionaryDeclaration
from services.ledgers.dictionaries import (
    gas_certificates,
    health,
    investment,
    other_certificates,
    risks,
    safety_certificates,
    special_equipment,
    teams,
)
from services.ledgers.dictionaries.certificates import CERTIFICATE_STATUS, REVIEW_RESULT
from services.ledgers.dictionaries.fire import AGENT, FACILITY_STATUS, FACILITY_TYPE
from services.ledgers.dictionaries.people import EMPLOYMENT, GENDER
from services.ledgers.dictionaries.posts import POST_CERTIFICATE
from services.ledgers.dictionaries.special_operations import CATEGORY, CERT_TYPE, ITEM
from services.ledgers.dictionaries.supplies import MOVEMENT_KIND, STOCK_STATUS, SUPPLY_CATEGORY, SUPPLY_STATUS

DICTIONARIES: tuple[DictionaryDeclaration, ...] = (
    GENDER,
    EMPLOYMENT,
    CERT_TYPE,
    CATEGORY,
    ITEM,
    REVIEW_RESULT,
    CERTIFICATE_STATUS,
    FACILITY_TYPE,
    AGENT,
    FACILITY_STATUS,
    SUPPLY_CATEGORY,
    SUPPLY_STATUS,
    STOCK_STATUS,
    MOVEMENT_KIND,
    investment.CATEGORY,
    safety_certificates.CERT_TYPE,
    gas_certificates.CERT_TYPE,
    gas_certificates.TRADE,
    other_certificates.CERT_TYPE,
    other_certificates.SPECIALITY,
    *special_equipment.DICTIONARIES,
    *health.DICTIONARIES,
    *risks.DICTIONARIES,
    *teams.DICTIONARIES,
    POST_CERTIFICATE,
)
