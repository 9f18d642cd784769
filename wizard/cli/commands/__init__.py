"""The command table. To add a command, write a module here with `add_arguments(parser)` and give it a row in `COMMANDS`.

A command's module is imported when that command is used: each would cost the others up to half a second of start-up.
"""

from dataclasses import dataclass

from wizard.messages.translation import N_


@dataclass(frozen=True, slots=True)
class Command:
    """One row of the table."""

    help: str
    """One line for `--help`, without a full stop; translated where it is shown."""
    module: str
    """Its module in this package. `add_arguments` there adds the options and names the handler with `set_handler`."""


COMMANDS: dict[str, Command] = {
    "try": Command(N_("try the program with a sample company and a simulated Identity Center"), "trial"),
    "new": Command(N_("create a job with the default attribute mappings"), "new"),
    "evaluate": Command(N_("test an expression with attribute values"), "evaluate"),
    "check": Command(N_("test the connections to the directory and to AWS"), "check"),
    "source": Command(N_("show or change how a job reads its files"), "source"),
    "list": Command(N_("list the saved jobs and their state"), "list_jobs"),
    "health": Command(
        N_("check the health of jobs; exit code 0 healthy, 1 attention, 6 quarantine"), "monitoring.health"
    ),
    "alerts": Command(N_("send alerts when a run fails or does not start"), "monitoring.alerts"),
    "metrics": Command(
        N_("write the state of all jobs to a file for the Prometheus node_exporter"), "monitoring.metrics"
    ),
    "export": Command(N_("export a job without its secrets"), "export"),
    "import": Command(N_("import a job that was exported on another computer"), "import_job"),
    "plan": Command(N_("show what a run would change, without changing anything"), "plan"),
    "run": Command(N_("run a job: plan the changes and apply them"), "run"),
    "schedule": Command(N_("run a job regularly on this computer"), "schedule"),
    "sign-in": Command(N_("sign in to Microsoft Entra ID for a job"), "sign_in"),
    "sign-on": Command(N_("set up single sign-on from Entra ID to AWS"), "sign_on"),
    "entra": Command(N_("set up and manage Microsoft's provisioning service"), "entra"),
    "engine": Command(N_("choose who provisions a job: this computer or Microsoft's service"), "engine"),
    "secret": Command(N_("store a secret in the system keyring or in a file"), "secret"),
    "protect": Command(N_("protect accounts and groups in AWS from changes by any job"), "protect"),
    "revoke": Command(N_("remove the secrets, history, and schedule of a job"), "revoke"),
    "about": Command(N_("show the version and the folders with jobs and logs"), "about"),
}
"""In the order of the help."""
