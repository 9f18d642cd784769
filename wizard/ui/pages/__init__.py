"""The pages, one package per step: `<step id>/page.py` with one subclass of `WizardPage`."""

import threading
from functools import cache
from importlib import import_module

from wizard.flow.steps.steps import STEPS, StepId
from wizard.ui.page import WizardPage

_PACKAGES: dict[str, str] = {"plan": "start"}
"""Step id -> its package, where the names differ: `plan` would be mistaken for the plan that Preview shows."""


@cache
def page_class(step_id: StepId) -> type[WizardPage]:
    """Return the class of a step's page. Imports its module when first called: the first window needs only one."""
    package = _PACKAGES.get(step_id, step_id.replace("-", "_"))
    module = import_module(f"{__name__}.{package}.page")
    defined = [
        thing for thing in vars(module).values() if isinstance(thing, type) and issubclass(thing, WizardPage)
    ]
    return next(page for page in defined if page.step_id == step_id)


_preloading: list[threading.Thread] = []


def preload_pages() -> bool:
    """Import every page in a thread, once: on the GUI thread a visit would stutter. Returns whether it still runs."""
    if not _preloading:
        thread = threading.Thread(target=lambda: [page_class(step.id) for step in STEPS], daemon=True)
        _preloading.append(thread)
        thread.start()
    return _preloading[0].is_alive()
