"""Departments and people as workbooks, by the conventions of the ledgers (domain.md 14).

subjects    what can be imported: columns, words, checks      checking   the child process: cells → plain texts
reading     workbook → rows; template and marked workbook      planning   rows + organisation → what would happen
places      finding departments that may stand in the file    people, tree  the two plans, and writing them
tables      the job while it lasts                             jobs       upload, preview, confirmation

Unlike a ledger's, these files are small and their rows depend on each other (a parent may stand below its child), so that
they are planned in memory: the file is kept, sealed, and planned again when it is confirmed."""
