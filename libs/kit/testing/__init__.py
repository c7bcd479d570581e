"""Test fixtures that every service uses. The database, the bus, the object store and the gateway in tests are real."""
