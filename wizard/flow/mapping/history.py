"""What was done to the mapping tables, step by step: undone and done again."""

from dataclasses import dataclass

from wizard.mapping.attribute_mapping import Mappings
from wizard.provisioning.job import Scope

LONGEST = 200
"""Steps that are remembered."""


@dataclass(frozen=True, slots=True)
class MappingStep:
    """One thing a person did."""

    words: str
    """What was done, as the end of "Undo …": "the change of title"."""
    before: Mappings
    after: Mappings
    key: str = ""
    """Steps of one key that follow each other are one: a text is not undone letter by letter."""
    scopes: tuple[Scope, Scope] | None = None
    """Who was in scope before and after, where that changed too: a schema brings its filters along."""


class MappingHistory:
    """The steps of one job, newest last."""

    def __init__(self) -> None:
        self._done: list[MappingStep] = []
        self._undone: list[MappingStep] = []
        self._sealed = True

    @property
    def undo_words(self) -> str:
        """What would be undone; "" = nothing is left."""
        return self._done[-1].words if self._done else ""

    @property
    def redo_words(self) -> str:
        """What would be done again; "" = nothing."""
        return self._undone[-1].words if self._undone else ""

    def remember(self, step: MappingStep) -> None:
        """Note a step that was done; what had been undone is forgotten."""
        if step.before == step.after and step.scopes is None:
            return
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if (
            last is not None
            and step.key
            and step.key == last.key
            and not self._sealed
            and last.after == step.before
        ):
            self._done.pop()
            step = MappingStep(step.words, last.before, step.after, step.key)
            if step.before == step.after:
                return
        self._done.append(step)
        del self._done[:-LONGEST]
        self._sealed = False

    def seal(self) -> None:
        """What follows is a step of its own, even of the same key: another row or field was gone to."""
        self._sealed = True

    def undo(self) -> MappingStep | None:
        """Take the last step back; its `before` is what holds now."""
        return self._moved(self._done, self._undone)

    def redo(self) -> MappingStep | None:
        """Do the last undone step again; its `after` is what holds now."""
        return self._moved(self._undone, self._done)

    def clear(self) -> None:
        """Another job: nothing was done to it yet."""
        self._done.clear()
        self._undone.clear()
        self._sealed = True

    def _moved(self, taken: list[MappingStep], put: list[MappingStep]) -> MappingStep | None:
        if not taken:
            return None
        step = taken.pop()
        put.append(step)
        self._sealed = True
        return step
