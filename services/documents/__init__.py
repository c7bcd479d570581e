"""File libraries: folders, files, uploads straight to the object store."""
