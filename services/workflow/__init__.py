"""Workflows, rectification, notices and to-dos."""
