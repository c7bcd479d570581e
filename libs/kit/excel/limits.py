"""Every limit of a workbook that comes from outside (reliability.md 3.7, S25 and S26), in one place."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Numbers that a workbook may not pass. Bytes are counted while inflating, for the sizes a zip declares are lies."""

    file_bytes: int = 20 * MIB
    entries: int = 1_000
    inflated_bytes: int = 200 * MIB
    # A small entry may be as repetitive as it likes; above one MiB, a ratio like this means a bomb.
    ratio: int = 100
    ratio_from: int = MIB
    sheets: int = 20
    rows: int = 100_000
    # Rows above the data: title, notes, headings, example. The last row allowed is rows + heading_rows.
    heading_rows: int = 20
    columns: int = 256
    cells: int = 2_000_000
    shared_strings: int = 1_000_000
    cell_text: int = 32_767
    merged_ranges: int = 10_000
    styles: int = 65_000

    @property
    def last_row(self) -> int:
        """The highest row number that a cell may have."""
        return self.rows + self.heading_rows


LIMITS = Limits()
