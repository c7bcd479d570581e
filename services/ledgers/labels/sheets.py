"""Sheets of labels as they are sold, in millimetres. Adding one is adding a row."""

from __future__ import annotations

from dataclasses import dataclass

A4 = (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """How the labels lie on an A4 page: from the left and top edge, with gaps between them."""

    key: str
    title: str
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    gap_x: float = 0.0
    gap_y: float = 0.0

    @property
    def each(self) -> int:
        """Labels on one page."""
        return self.columns * self.rows

    def place(self, number: int) -> tuple[float, float]:
        """Left and top of a label on its page."""
        row, column = divmod(number % self.each, self.columns)
        return self.left + column * (self.width + self.gap_x), self.top + row * (self.height + self.gap_y)


SHEETS = {
    sheet.key: sheet
    for sheet in (
        Sheet("70x37", "70×37 毫米（每张 24 枚）", 3, 8, 70, 37, 0, 0.5),
        Sheet("63x38", "63.5×38.1 毫米（每张 21 枚）", 3, 7, 63.5, 38.1, 7.2, 15.1, 2.5),
        Sheet("99x68", "99.1×67.7 毫米（每张 8 枚）", 2, 4, 99.1, 67.7, 4.65, 13.1, 2.5),
        Sheet("105x148", "105×148 毫米（每张 4 枚，大号）", 2, 2, 105, 148.5, 0, 0),
    )
}
