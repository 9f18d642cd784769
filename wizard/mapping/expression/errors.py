"""Errors of expressions: one that cannot be parsed, one without a value for a person, and a value that is not sent."""

from dataclasses import dataclass

from wizard.errors import Message, WizardError


class ExpressionError(WizardError):
    """The text is not an expression: where parsing stops, what was expected there, and the most similar function."""

    def __init__(self, position: int, expected: Message, nearest: str = "", remark: Message | None = None) -> None:
        self.position = position
        """Offset into the text, 0 = first character."""
        self.expected = expected
        """What would be correct there, a phrase: "a comma or a closing parenthesis"."""
        self.nearest = nearest
        """The function whose name is most similar to the one written, or ""."""
        self.remark = remark
        """A further sentence."""
        super().__init__(
            "expression-unreadable", position=position, expected=expected, nearest=nearest, remark=remark
        )


class EvaluationError(WizardError):
    """The expression has no value for this person; raised with a reason, a whole sentence."""

    def __init__(self, reason: Message) -> None:
        self.reason = reason
        """The cause and the remedy."""
        self.position = -1
        """Offset of the function without a value in the text, -1 until known."""
        super().__init__("expression-without-value", reason=reason)

    def located(self, function: str, position: int) -> "EvaluationError":
        """Note the function and its place, unless an inner function is noted already."""
        if self.position < 0:
            self.position = position
            self.message = Message(
                "function-without-value", function=function, position=position, reason=self.reason
            )
        return self


class DoesNotApply(EvaluationError):
    """The function belongs to Entra, and has no meaning where people go to AWS from this source."""


class FlowDropped(Exception):
    """Ends an evaluation with no flow; `Expression.evaluate` turns it into `NO_FLOW`."""


@dataclass(frozen=True, slots=True)
class NoFlow:
    """The attribute is left out of the request: neither written nor cleared."""

    def __repr__(self) -> str:
        """As the verb `evaluate` prints it."""
        return "(no flow)"


NO_FLOW = NoFlow()
