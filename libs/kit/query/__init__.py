"""Lists: filters, search, sorting, paging, and the page as JSON made by PostgreSQL."""

from kit.query.count import Counts
from kit.query.masking import masked
from kit.query.page import as_json, condition, order, page_json
from kit.query.params import Filter, ListParams, ListQuery, Sort
from kit.query.search import search_clause, search_index

__all__ = [
    "Counts",
    "Filter",
    "ListParams",
    "ListQuery",
    "Sort",
    "as_json",
    "condition",
    "masked",
    "order",
    "page_json",
    "search_clause",
    "search_index",
]
