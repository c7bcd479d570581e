"""What services say to one another: event models, principal, problem. Pydantic only."""
