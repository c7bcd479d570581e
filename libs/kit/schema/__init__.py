"""Request and answer models from field declarations, for validation of JSON and for the API's documentation.

They check shape: types, lengths, unknown fields. What a value means (dictionaries, rules between fields) is checked by the
row validator, the same for JSON and for workbooks."""

from kit.schema.models import create_model_of, page_model_of, read_model_of, update_model_of

__all__ = ["create_model_of", "page_model_of", "read_model_of", "update_model_of"]
