"""Statistics and read models that events fill."""
