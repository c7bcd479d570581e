"""Import in two steps: a workbook is validated whole and shown; what was shown is then written in one transaction.

routes     what the web calls                 jobs       the background thread for files of more than 500 rows
checking   rows → COPY lines (in the child)   loading    child → import_row, then compared with the ledger
matching   the SQL of that comparison         confirming import_row → ledger, events, audit
preview    what a job shows                   marked     the workbook with the errors in it"""
