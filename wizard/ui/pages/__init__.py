"""The pages, one package per step: `<step id>/page.py` with one subclass of `WizardPage`."""

import threading
from functools import cache
from importlib import import_module

from wizard.flow.steps.steps import STEPS, StepId
from wizard.provisioning.job import Engine
from wizard.ui.page import WizardPage

_PACKAGES: dict[str, str] = {"plan": "start"}
"""Step id -> its package, where the names differ: `plan` would be mistaken for the plan that Preview shows."""


_OF_MICROSOFT: dict[str, str] = {"preview": "review", "run": "setup", "monitor": "watch"}
"""Step id -> its module in `microsoft`, for jobs that Microsoft's service provisions."""


@cache
def page_class(step_id: StepId, engine: Engine = "own") -> type[WizardPage]:
    """Return the class of a step's page. Imports its module when first called: the first window needs only one."""
    if engine == "entra" and step_id in _OF_MICROSOFT:
        module = import_module(f"{__name__}.microsoft.{_OF_MICROSOFT[step_id]}")
    else:
        module = import_module(f"{__name__}.{_PACKAGES.get(step_id, step_id.replace('-', '_'))}.page")
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
