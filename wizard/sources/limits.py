"""Limits of input files, and the errors that name them. Each is far beyond what a real list of people needs."""

from wizard.errors import WizardError

FILE_LARGEST = 500_000_000
"""Bytes of a file."""
SILENT_SECONDS = 30.0
"""Seconds without a byte of a file; a share that wakes a disk or a connection up answers in less."""
LINE_LONGEST = 5_000_000
"""Characters of a line of text."""
CELL_LONGEST = 1_000_000
"""Characters of a cell of a text file; a photo has a few hundred thousand."""
KEPT_LONGEST = 40_000
"""Characters of a value that is kept; longer ones are photos and certificates, and are left out with a note."""
COLUMNS_MOST = 16_384
"""Columns: as many as a sheet of Excel has."""
ROWS_MOST = 5_000_000
"""Rows of a text file or a list; a sheet of Excel has fewer."""
SHEET_ROWS_MOST = 1_048_576
"""Rows of a sheet of Excel."""
CELLS_MOST = 60_000_000
"""Cells of a sheet."""
UNPACKED_LARGEST = 4_000_000_000
"""Bytes of an unpacked workbook."""
RATIO_LARGEST = 200
"""Unpacked size of a workbook over its own; Excel's have 10 to 50."""
RATIO_FROM = 100_000_000
"""Bytes of an unpacked workbook whose ratio is looked at; smaller ones are read in a moment, whatever it is."""
TEXT_MOST = 300_000_000
"""Characters of all texts of a workbook."""
SHEET_CELL_LONGEST = 100_000
"""Characters of a cell of a workbook; Excel allows 32,767."""


def too_many_columns(file: str) -> WizardError:
    """More columns than a sheet of Excel can have."""
    return WizardError("too-many-columns", file=file, limit=COLUMNS_MOST)


def too_many_rows(file: str, limit: int = ROWS_MOST) -> WizardError:
    """More rows than are read."""
    return WizardError("too-many-rows", file=file, limit=limit)
