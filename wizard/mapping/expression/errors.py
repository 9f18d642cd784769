"""What can be wrong with an expression: it cannot be read, or it gives no value for somebody."""

from dataclasses import dataclass

from wizard.errors import WizardError, recorded


class ExpressionError(WizardError):
    """The text is no expression: where it stops being one, what was expected there, and the nearest function."""

    def __init__(self, position: int, expected: str, nearest: str = "", remark: str = "") -> None:
        self.position = position
        """Offset into the text, 0 = first character."""
        self.expected = expected
        """What would have been right there, as a phrase: "a comma or a closing parenthesis"."""
        self.nearest = nearest
        """The function whose name is nearest to the one written, or ""."""
        self.remark = remark
        """A further whole sentence, or ""."""
        hint = f" Did you mean {nearest}?" if nearest else ""
        further = f" {remark}" if remark else ""
        super().__init__(
            f"The expression cannot be read at character {position + 1}", f"Expected {expected}.{hint}{further}"
        )


class EvaluationError(WizardError):
    """The expression can be read, but gives no value for this person."""

    def __init__(self, sentence: str) -> None:
        super().__init__("The expression gives no value", sentence)
        self.sentence = sentence
        """What is missing and what to do; a whole sentence."""
        self.function = ""
        """The function that could not answer, "" until known."""
        self.position = -1
        """Offset of that function in the text, -1 until known."""

    def located(self, function: str, position: int) -> "EvaluationError":
        """The same error with the innermost function and its place noted."""
        if self.position < 0:
            self.function, self.position = function, position
            title = f"{function} at character {position + 1} gives no value"
            self.message = recorded(title, str(self.message.args.get("advice", "")))
        return self


class DoesNotApply(EvaluationError):
    """The function belongs to Entra, but has no meaning where people go to AWS from this source."""


class FlowDropped(Exception):
    """Ends an evaluation with no flow; `Expression.evaluate` turns it into `NO_FLOW`."""


@dataclass(frozen=True, slots=True)
class NoFlow:
    """The attribute is left out of the request: neither written nor cleared."""

    def __repr__(self) -> str:
        """As the verb `evaluate` prints it."""
        return "(no flow)"


NO_FLOW = NoFlow()
