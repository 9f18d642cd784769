"""What a file looks like before it is read for good: examples, filled columns, what tells people apart."""

from wizard.sources.columns import Layout
from wizard.sources.headings import is_secret
from wizard.sources.interface import Column
from wizard.sources.table import Row

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
        self._seen: list[set[int] | None] = [None if hidden else set() for hidden in self._hidden]
        """Fingerprints of each column's values, a quarter of their size; None once it cannot be an identity."""
        self._first_rows: list[tuple[str, ...]] = []
        self.row_count = 0

    def add(self, row: Row) -> None:
        """Look at one row."""
        self.row_count += 1
        texts = [cell.strip() if isinstance(cell, str) else ", ".join(cell) for cell in row.cells]
        texts = texts[: len(self._filled)] + [""] * (len(self._filled) - len(texts))
        if len(self._first_rows) < _FIRST_ROWS:
            shown = zip(texts, self._hidden, strict=True)
            self._first_rows.append(tuple("" if hidden else text[:_SHOWN] for text, hidden in shown))
        filled, seen = self._filled, self._seen
        for place, text in enumerate(texts):
            values = seen[place]
            if text:
                filled[place] += 1
                if values is not None:
                    self._look(place, text, values)
                elif len(self._examples[place]) < _EXAMPLES:
                    self._show(place, text)
            elif values is not None:
                seen[place] = None

    def _look(self, place: int, text: str, values: set[int]) -> None:
        """One more value of a column that was filled and different in every row so far."""
        fingerprint = hash(text.casefold())
        if fingerprint in values:
            self._seen[place] = None
        values.add(fingerprint)
        self._show(place, text)

    def _show(self, place: int, text: str) -> None:
        examples = self._examples[place]
        if len(examples) < _EXAMPLES and not self._hidden[place]:
            examples[text[:_SHOWN]] = None

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
        return tuple(heading for heading, values in zip(headings, self._seen, strict=True) if values)
