"""What a file looks like before it is read for good: examples, filled columns, what tells people apart."""

from wizard.sources.columns import Layout
from wizard.sources.headings import is_secret
from wizard.sources.interface import Column
from wizard.sources.table import Cell, Row

_EXAMPLES = 3
_FIRST_ROWS = 10
_SHOWN = 200
"""Characters of a cell that are shown."""


class Survey:
    """Looks at every row once and remembers only what is shown."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._hidden = [is_secret(heading) for heading in layout.headings]
        self._examples: list[dict[str, None]] = [{} for _ in layout.headings]
        self._filled = [0] * len(layout.headings)
        self._values: list[set[str] | None] = [None if hidden else set() for hidden in self._hidden]
        self._first_rows: list[tuple[str, ...]] = []
        self.row_count = 0

    def add(self, row: Row) -> None:
        """Look at one row."""
        self.row_count += 1
        texts = [
            self._text(row.cells[place]) if place < len(row.cells) else "" for place in range(len(self._hidden))
        ]
        if len(self._first_rows) < _FIRST_ROWS:
            shown = zip(texts, self._hidden, strict=True)
            self._first_rows.append(tuple("" if hidden else text[:_SHOWN] for text, hidden in shown))
        for place, text in enumerate(texts):
            self._count(place, text)

    def _count(self, place: int, text: str) -> None:
        values = self._values[place]
        if values is not None:
            folded = text.casefold()
            if not text or folded in values:
                self._values[place] = None
            else:
                values.add(folded)
        if text:
            self._filled[place] += 1
            examples = self._examples[place]
            if len(examples) < _EXAMPLES and not self._hidden[place]:
                examples[text[:_SHOWN]] = None

    def _text(self, cell: Cell) -> str:
        return cell.strip() if isinstance(cell, str) else ", ".join(part.strip() for part in cell)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns as they were found."""
        layout = self._layout
        return tuple(
            Column(heading, attribute, tuple(examples), filled)
            for heading, attribute, examples, filled in zip(
                layout.headings, layout.attributes, self._examples, self._filled, strict=True
            )
        )

    @property
    def first_rows(self) -> tuple[tuple[str, ...], ...]:
        """Up to ten rows; what is secret is not among them."""
        return tuple(self._first_rows)

    @property
    def identity_choices(self) -> tuple[str, ...]:
        """Headings filled in every row and never twice."""
        headings = self._layout.headings
        return tuple(heading for heading, values in zip(headings, self._values, strict=True) if values)
