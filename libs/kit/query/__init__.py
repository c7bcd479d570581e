"""Lists: filters, search, sorting, paging, and the page as JSON made by PostgreSQL."""

from kit.query.count import Counts, every_statement, some_statement
from kit.query.masking import masked
from kit.query.page import FEW, as_json, condition, hits_statement, is_deep, order, page_statement
from kit.query.params import Filter, ListParams, ListQuery, Sort, filter_name
from kit.query.personal import UNREADABLE, PersonalColumns
from kit.query.search import Search, search_index
from kit.query.statements import Statement, Statements

__all__ = [
    "FEW",
    "UNREADABLE",
    "Counts",
    "Filter",
    "ListParams",
    "ListQuery",
    "PersonalColumns",
    "Search",
    "Sort",
    "Statement",
    "Statements",
    "as_json",
    "condition",
    "every_statement",
    "filter_name",
    "hits_statement",
    "is_deep",
    "masked",
    "order",
    "page_statement",
    "search_index",
    "some_statement",
]
