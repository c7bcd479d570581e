"""到期雷达: every due date of the company in one list, whichever ledger it stands in, and those that other services tell."""
