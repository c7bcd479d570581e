"""证书查询 (leaf 4.6): who holds what, over all four certificate ledgers."""
