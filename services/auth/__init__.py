"""Identity: users, organisation, roles, sessions, dictionaries, audit."""
