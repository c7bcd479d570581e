"""The service's own copy of departments, people and dictionaries, kept by events, and the data scope that rests on it."""

from kit.directory.apply import apply_dictionary, apply_organisation, apply_users
from kit.directory.calendar import WorkingCalendar, working_calendar, working_days
from kit.directory.declare import DictionaryDeclaration, changed, declare, item
from kit.directory.lookup import (
    DepartmentNames,
    department_by_name_or_code,
    departments,
    dictionaries,
    dictionary,
    people_with_role,
)
from kit.directory.scope import in_scope, scope_clause, scope_key

__all__ = [
    "DepartmentNames",
    "DictionaryDeclaration",
    "WorkingCalendar",
    "apply_dictionary",
    "apply_organisation",
    "apply_users",
    "changed",
    "declare",
    "department_by_name_or_code",
    "departments",
    "dictionaries",
    "dictionary",
    "in_scope",
    "item",
    "people_with_role",
    "scope_clause",
    "scope_key",
    "working_calendar",
    "working_days",
]
