"""Certificate, equipment and supply ledgers: declared, imported, exported, watched."""
