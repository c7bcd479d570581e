"""The HTTP routes of auth, one file per subject."""
