"""出入库: what came into a stock and went out of it, for ledgers that declare `movements` (domain.md 10.2).

tables    the entries, to which the database lets nobody but add        kinds    what an entry may be, and what it does
writing   an entry and its counter-entry, with the row they change      guard    once a row has entries, no other way
reading   the log of a row, the register of a ledger, its workbook      routes   what the web calls"""
