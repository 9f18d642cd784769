"""Registry of functions: the docstring is the help, the signature is checked when an expression is compiled."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from wizard.mapping.expression.grammar import Node
from wizard.mapping.expression.values import Context, Run, Slot, as_is


@dataclass(frozen=True, slots=True)
class Part:
    """One unevaluated argument of a form."""

    run: Run
    node: Node

    @property
    def constant(self) -> str | None:
        """The text of a constant, None where the value depends on the person."""
        return getattr(self.node, "value", getattr(self.node, "spelling", None))


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a signature."""

    name: str
    """As Microsoft writes it: `oldValue`."""
    slot: Slot
    required: bool
    variadic: bool = False
    default: object = None


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the language."""

    name: str
    parameters: tuple[Parameter, ...]
    help: str
    call: Callable[..., Any]
    """Values to a value; for a form, parts to a `Run`."""
    form: bool = False
    context_first: bool = False
    """The context is its first argument."""
    applies: bool = True
    """False: it belongs to Entra alone, and has no value here."""

    @property
    def fewest(self) -> int:
        """Least number of arguments."""
        return sum(parameter.required for parameter in self.parameters)

    @property
    def most(self) -> int | None:
        """Greatest number of arguments; None = any number."""
        return None if any(p.variadic for p in self.parameters) else len(self.parameters)

    def parameter(self, place: int) -> Parameter:
        """Return the parameter that an argument belongs to."""
        return self.parameters[min(place, len(self.parameters) - 1)]

    @property
    def signature(self) -> str:
        """`Left(source, numChars)`, optional ones in brackets."""
        words = [
            f"{p.name}, …" if p.variadic else p.name if p.required else f"[{p.name}]" for p in self.parameters
        ]
        return f"{self.name}({', '.join(words)})"


FUNCTIONS: dict[str, Function] = {}
"""Name, case-sensitive as the language is -> function."""


AnyCall = Callable[..., Any]


def function(name: str, *, applies: bool = True) -> Callable[[AnyCall], AnyCall]:
    """Register a function under its name in the language; every argument is evaluated before it is called.

    `applies` false: the function belongs to Entra alone, and raises DoesNotApply.
    """
    return _registered(name, form=False, applies=applies)


def form(name: str) -> Callable[[AnyCall], AnyCall]:
    """Register a function that takes its arguments unevaluated, and returns what runs for each person."""
    return _registered(name, form=True, applies=True)


def _registered(name: str, form: bool, applies: bool) -> Callable[[AnyCall], AnyCall]:
    def register(call: AnyCall) -> AnyCall:
        hints = get_type_hints(call, include_extras=True)
        given = list(inspect.signature(call).parameters.values())
        context_first = bool(given) and hints.get(given[0].name) is Context
        parameters = tuple(_parameter(p, hints.get(p.name)) for p in given[context_first:])
        help_text = inspect.cleandoc(call.__doc__ or "")
        FUNCTIONS[name] = Function(name, parameters, help_text, call, form, context_first, applies)
        return call

    return register


def _parameter(given: inspect.Parameter, hint: object) -> Parameter:
    slot = next((m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Slot)), Slot(as_is))
    variadic = given.kind is inspect.Parameter.VAR_POSITIONAL
    required = given.default is inspect.Parameter.empty and not variadic
    first, *rest = given.name.split("_")
    name = first + "".join(word.capitalize() for word in rest)
    return Parameter(name, slot, required, variadic, None if required or variadic else given.default)
