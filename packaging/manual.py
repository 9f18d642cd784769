"""Makes the man page and the completions of shells from the program's parser.

    python manual.py FOLDER VERSION DATE

Writes identity-center-wizard.1, .bash, .fish and .zsh into FOLDER. Runs in the build environment.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import shtab

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

NAME = "identity-center-wizard"

Command = tuple[str, str, argparse.ArgumentParser]
"""Its name (`secret set`), its one line of help, its parser."""
SHELLS = ("bash", "zsh", "fish")


def whole_parser() -> argparse.ArgumentParser:
    """Return the program's parser with every command, the sandbox's options in their place."""
    from wizard.cli.parser import build_parser
    from wizard.sandbox.options import build_parser as sandbox

    return build_parser(sandbox=sandbox())


def arguments(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return every argument of a parser. argparse has no public way to list them."""
    return parser._actions


def commands(parser: argparse.ArgumentParser, before: str = "") -> Iterator[Command]:
    """Yield every command that has no commands below it, in the order of the program's help."""
    for action in arguments(parser):
        if not isinstance(action.choices, dict):
            continue
        for name, below in action.choices.items():
            words = f"{before} {name}".strip()
            deeper = list(commands(below, words))
            yield from deeper or [(words, below.get_default("summary"), below)]


def options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Return what may follow a command, without `--help` and hidden options."""
    return [
        action
        for action in arguments(parser)
        if not isinstance(action.choices, dict) and action.dest != "help" and action.help != argparse.SUPPRESS
    ]


# ---- The man page


def roff(text: str) -> str:
    """Escape text for troff: hyphens that can be copied, no line that looks like a request."""
    safe = text.replace("\\", "\\e").replace("-", "\\-").replace("’", "\\(cq")
    return re.sub(r"^([.'])", r"\\&\1", safe)


def signature(action: argparse.Action) -> str:
    """Return an option or argument as it is typed, in bold and italics."""
    named = action.metavar or (
        "|".join(map(str, action.choices)) if action.choices else (action.dest or "").upper()
    )
    value = "" if action.nargs == 0 else f"\\fI{roff(str(named))}\\fR"
    if not action.option_strings:
        return value
    names = (
        action.option_strings if isinstance(action, argparse.BooleanOptionalAction) else action.option_strings[-1:]
    )
    option = "|".join(f"\\fB{roff(name)}\\fR" for name in names)
    return " ".join(part for part in (option, value) if part)


def synopsis(words: str, parser: argparse.ArgumentParser) -> str:
    """Return one line: the command with everything that may follow it."""
    words_after = []
    for action in options(parser):
        text = signature(action)
        needed = action.required or (not action.option_strings and action.nargs not in ("?", "*"))
        words_after.append(text if needed else f"[{text}]")
    return " ".join([f"\\fB{roff(NAME)} {roff(words)}\\fR", *words_after])


def man_page(parser: argparse.ArgumentParser, version: str, date: str) -> str:
    """Return the page for section 1."""
    from wizard.sandbox.entra.synchronization.switches import explained

    known = list(commands(parser))
    lines = [f'.TH IDENTITY\\-CENTER\\-WIZARD 1 "{date}" "{version}" "User Commands"']
    lines += [".SH NAME", f"{roff(NAME)} \\- provision people and groups to AWS IAM Identity Center"]
    lines += [".SH SYNOPSIS", ".na", ".nh", f".B {roff(NAME)}"]
    for words, _, below in known:
        lines += [".br", synopsis(words, below)]
    lines += [
        ".ad",
        ".hy",
        ".SH DESCRIPTION",
        "Without a command, the window opens. The commands do everything without a window,",
    ]
    lines += ["for schedules and scripts.", ".SH OPTIONS"]
    for action in options(parser):
        lines += [".TP", signature(action), roff(sentence(str(action.help)))]
    lines.append(".SH COMMANDS")
    for words, summary, below in known:
        lines += [".TP", f".B {roff(words)}", roff(sentence(summary))]
        for action in (one for one in options(below) if one.help):
            lines += [".RS", ".TP", signature(action), roff(sentence(str(action.help))), ".RE"]
        if words == "sandbox":
            lines += [
                ".RS",
                ".PP",
                "Names of \\-\\-provisioning:",
                ".nf",
                *map(roff, explained().splitlines()),
                ".fi",
                ".RE",
            ]
    return "\n".join([*lines, *exit_status(), *surroundings()]) + "\n"


def sentence(line: str) -> str:
    """Return a line of help as a sentence."""
    return f"{line[:1].upper()}{line[1:].rstrip('.')}."


def exit_status() -> list[str]:
    """Return the section on exit codes."""
    from wizard.flow.support.exit_codes import MEANINGS

    lines = [".SH EXIT STATUS"]
    for code, meaning in MEANINGS.items():
        lines += [".TP", f".B {int(code)}", roff(meaning.sentence)]
    return lines


def surroundings() -> list[str]:
    """Variables and files."""
    from wizard.alerts.system_log import SYSTEM_LOG_VARIABLE
    from wizard.sandbox.options import TOKEN_VARIABLE as SANDBOX_VARIABLE
    from wizard.secret import ALERT_PREFIX
    from wizard.storage.paths import HOME_VARIABLE
    from wizard.storage.secret_store import AWS_TOKEN, ENTRA_SECRET

    file = "With _FILE appended, the file that contains it."
    told = {
        AWS_TOKEN.variable: f"The access token. Overrides the one in the keyring. {file}",
        ENTRA_SECRET.variable: "The client secret of the app registration, or the passphrase of its private key. "
        f"Overrides the one in the keyring. {file}",
        AWS_TOKEN.address_variable: "The only SCIM endpoint to which the access token is sent.",
        SYSTEM_LOG_VARIABLE: "Syslog socket for the entry after each run, or off.",
        ENTRA_SECRET.address_variable: "The only sign-in to which the client secret is sent.",
        ALERT_PREFIX: f"With the ID of a channel and _FILE, such as {ALERT_PREFIX}MAIL_FILE: the file with the password or "
        "address of this alert channel.",
        SANDBOX_VARIABLE: "The access token of the sandbox.",
        HOME_VARIABLE: "Folder for jobs, journals, and logs.",
    }
    lines = [".SH ENVIRONMENT"]
    for name, meaning in told.items():
        lines += [".TP", f".B {name}", roff(meaning)]
    lines += [".SH FILES", ".TP", ".I ~/.local/share/identity\\-center\\-wizard"]
    lines += ["Jobs, journals, reports, and logs. Access tokens are stored in the keyring."]
    return [*lines, ".TP", ".I ~/.config/systemd/user", "Timers and services created by schedule add."]


# ---- Completion


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the completion script for a shell; arguments that name a file or a folder are completed as such."""
    kinds = {"FILE": shtab.FILE, "JOB": shtab.FILE, "FOLDER": shtab.DIRECTORY}
    for _, _, below in commands(parser):
        for action in options(below):
            if action.metavar in kinds:
                action.complete = kinds[action.metavar]  # type: ignore[attr-defined] # read by shtab
    return str(shtab.complete(parser, shell))


def write(folder: Path, version: str, date: str) -> None:
    """Write all four files."""
    parser = whole_parser()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.1").write_text(man_page(parser, version, date), "utf-8")
    for shell in SHELLS:
        (folder / f"{NAME}.{shell}").write_text(completion(parser, shell), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
