"""Fields as data: declared once, and parsed, validated, stored, shown and exported from that one declaration.

Imports neither FastAPI nor any spreadsheet library: what a field is does not depend on where its value comes from."""

from kit.fields.amounts import AtLeastOne, FromItem, InYear, Score, SignFollows, SumEquals
from kit.fields.bind import bind
from kit.fields.cycles import DueDate, EveryMonths, YearlyQuota
from kit.fields.days import add_months, to_day
from kit.fields.declare import (
    choice,
    code,
    day,
    decimal,
    department,
    identity_number,
    integer,
    multi_choice,
    phone,
    text,
    textarea,
    yes_no,
)
from kit.fields.identity import is_masked, mask
from kit.fields.kinds import HIDDEN, KINDS, Kind, formatter, mask_value, parser
from kit.fields.lookups import Departments, Dictionary, Lookups, offered
from kit.fields.rules import After, GenderAgrees, NotFuture, OfAge, Rule
from kit.fields.spec import DeclarationError, FieldSpec, Issue, RequiredWhen, Wrong
from kit.fields.text import half_width, key_of
from kit.fields.validate import Checked, RowValidator

__all__ = [
    "HIDDEN",
    "KINDS",
    "After",
    "AtLeastOne",
    "Checked",
    "DeclarationError",
    "Departments",
    "Dictionary",
    "DueDate",
    "EveryMonths",
    "FieldSpec",
    "FromItem",
    "GenderAgrees",
    "InYear",
    "Issue",
    "Kind",
    "Lookups",
    "NotFuture",
    "OfAge",
    "RequiredWhen",
    "RowValidator",
    "Rule",
    "Score",
    "SignFollows",
    "SumEquals",
    "Wrong",
    "YearlyQuota",
    "add_months",
    "bind",
    "choice",
    "code",
    "day",
    "decimal",
    "department",
    "formatter",
    "half_width",
    "identity_number",
    "integer",
    "is_masked",
    "key_of",
    "mask",
    "mask_value",
    "multi_choice",
    "offered",
    "parser",
    "phone",
    "text",
    "textarea",
    "to_day",
    "yes_no",
]
