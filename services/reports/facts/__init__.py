"""Facts: what other services told about their rows, kept for statistics."""
