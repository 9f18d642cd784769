"""One page for each step of `STEPS`, in its order; each is imported when it is first visited."""

import threading
from collections.abc import Callable

from wizard.flow.steps.steps import StepId
from wizard.ui.page import WizardPage


def _plan() -> type[WizardPage]:
    from wizard.ui.pages.start.page import PlanPage

    return PlanPage


def _aws() -> type[WizardPage]:
    from wizard.ui.pages.aws.page import AwsPage

    return AwsPage


def _directory() -> type[WizardPage]:
    from wizard.ui.pages.directory.page import DirectoryPage

    return DirectoryPage


def _scope() -> type[WizardPage]:
    from wizard.ui.pages.scope.page import ScopePage

    return ScopePage


def _attributes() -> type[WizardPage]:
    from wizard.ui.pages.attributes.page import AttributesPage

    return AttributesPage


def _safety() -> type[WizardPage]:
    from wizard.ui.pages.settings.page import SafetyPage

    return SafetyPage


def _preview() -> type[WizardPage]:
    from wizard.ui.pages.preview.page import PreviewPage

    return PreviewPage


def _run() -> type[WizardPage]:
    from wizard.ui.pages.run.page import RunPage

    return RunPage


def _monitor() -> type[WizardPage]:
    from wizard.ui.pages.monitor.page import MonitorPage

    return MonitorPage


PAGES: dict[StepId, Callable[[], type[WizardPage]]] = {
    "plan": _plan,
    "aws": _aws,
    "directory": _directory,
    "scope": _scope,
    "attributes": _attributes,
    "safety": _safety,
    "preview": _preview,
    "run": _run,
    "monitor": _monitor,
}
"""Step id -> what imports its page's class: the first window does not wait for the other eight."""


_ahead: list[threading.Thread] = []


def import_ahead() -> bool:
    """Import every page on a thread of its own, once, for it takes longer than a person should feel; True = not done."""
    if not _ahead:
        _ahead.append(threading.Thread(target=lambda: [load() for load in PAGES.values()], daemon=True))
        _ahead[0].start()
    return _ahead[0].is_alive()
