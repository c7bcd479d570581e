"""Lists: filters, search, sorting, paging, and the page as JSON made by PostgreSQL."""

from kit.query.search import search_clause, search_index

__all__ = ["search_clause", "search_index"]
