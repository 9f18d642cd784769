"""What can be wrong with a regular expression a person wrote."""

from wizard.errors import WizardError


class PatternProblem(WizardError):
    """The pattern is none of .NET's, or cannot be run here."""

    def __init__(self, sentence: str) -> None:
        super().__init__("The regular expression cannot be used", sentence)
        self.sentence = sentence


class PatternTooSlow(PatternProblem):
    """The time for regular expressions is used up."""

    def __init__(self) -> None:
        super().__init__(
            "The regular expression takes longer than a second: repeats inside repeats, as in (a+)+, "
            "try too many ways. Write it so that each character can match in one way only."
        )
