"""Import in two steps: a workbook is validated whole and shown; what was shown is then written in one transaction.

routes     what the web calls                 jobs         the background thread for files of more than 500 rows
checking   rows → COPY lines (in the child)   asking       what a file is asked about (in the child)
loading    child → import_row, then compared  mapping      the answers, for this file and the department's next one
matching   the SQL of that comparison         rechecking   rules, where a column or a cell of the file is blank
confirming import_row → ledger, events, audit undoing      the way back, within a day, row by row
preview    what a job shows                   marked       the workbook with the errors in it
differing  an update, before and after        connected    the fields that cannot be judged alone"""
