"""The service's own copy of departments, people and dictionaries, kept by events, and the data scope that rests on it."""
