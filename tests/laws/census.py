"""What the examples of a law contained: a law that never met a case proves nothing about it."""

from collections import Counter
from collections.abc import Iterable


class Census:
    """Counts, over the examples of a law, in how many each thing occurred."""

    def __init__(self, law: str, expected: Iterable[str] = ()) -> None:
        self.law = law
        self.examples = 0
        self.found: Counter[str] = Counter(dict.fromkeys(expected, 0))

    def add(self, names: Iterable[str]) -> None:
        """Count one example."""
        self.examples += 1
        self.found.update(set(names))

    def merge(self, other: "Census") -> None:
        """Add another law's examples."""
        self.examples += other.examples
        self.found.update(other.found)

    def missing(self, share: float) -> list[str]:
        """What occurred in fewer than this share of the examples, or in none."""
        return [name for name, count in sorted(self.found.items()) if count < max(share * self.examples, 1)]

    def lines(self) -> list[str]:
        """One line for each thing that occurred, the most frequent first."""
        rows = [f"{self.law}: {self.examples} examples"]
        rows += [
            f"  {count:6} {100 * count / max(self.examples, 1):5.1f} %  {name}"
            for name, count in self.found.most_common()
        ]
        return rows
