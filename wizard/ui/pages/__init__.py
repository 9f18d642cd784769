"""One page for each step of `STEPS`, in its order."""

from wizard.flow.steps import StepId
from wizard.ui.desk import DeskPage
from wizard.ui.pages.attributes import AttributesPage
from wizard.ui.pages.aws import AwsPage
from wizard.ui.pages.directory import DirectoryPage
from wizard.ui.pages.monitor import MonitorPage
from wizard.ui.pages.plan import PlanPage
from wizard.ui.pages.preview import PreviewPage
from wizard.ui.pages.run import RunPage
from wizard.ui.pages.safety import SafetyPage
from wizard.ui.pages.scope import ScopePage

PAGES: dict[StepId, type[DeskPage]] = {
    "plan": PlanPage,
    "aws": AwsPage,
    "directory": DirectoryPage,
    "scope": ScopePage,
    "attributes": AttributesPage,
    "safety": SafetyPage,
    "preview": PreviewPage,
    "run": RunPage,
    "monitor": MonitorPage,
}
"""Step id -> its page."""
