"""Notices: a warning that came over the bus, and the people whom it reached."""
