"""The one error that the embedded stack shows to people."""

from __future__ import annotations


class StackError(Exception):
    """Something the person at the keyboard can do something about; the message is Chinese and says what."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
