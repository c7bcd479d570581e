"""Exports of more than 5,000 rows: made in the background, kept for a day, fetched by whoever asked for them.

routes     what the web calls                 jobs       the background thread
tables     the job and the pieces of its file"""
