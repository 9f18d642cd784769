"""The man page and the shells' completions, made from the program's own parser.

    python manual.py FOLDER VERSION DATE

Writes identity-center-wizard.1, .bash, .fish and .zsh into FOLDER. Runs in the build environment.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

NAME = "identity-center-wizard"

Verb = tuple[str, str, argparse.ArgumentParser]
"""Its words (`secret set`), its one line of help, its parser."""


def subverbs(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """The direct verbs of a parser with their help."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            told = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for word, below in action.choices.items():
                yield word, told.get(word, ""), below


def verbs(parser: argparse.ArgumentParser, before: str = "") -> Iterator[Verb]:
    """Every verb that takes no further verb, in the order of the program's help."""
    for word, told, below in subverbs(parser):
        words = f"{before} {word}".strip()
        deeper = list(verbs(below, words))
        yield from deeper or [(words, told, below)]


def options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """What may follow a verb, without `--help` and without what is kept from people."""
    return [
        action
        for action in parser._actions
        if not isinstance(action, argparse._SubParsersAction | argparse._HelpAction)
        and action.help != argparse.SUPPRESS
    ]


def whole_parser() -> argparse.ArgumentParser:
    """The program's parser, the sandbox's options in their place."""
    from wizard.cli.options import parser
    from wizard.sandbox.options import _parser as sandbox

    top = parser()
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            action.choices["sandbox"] = sandbox()
    return top


# ---- The man page


def roff(text: str) -> str:
    """Text as troff takes it: hyphens that can be copied, no line that looks like a request."""
    safe = text.replace("\\", "\\e").replace("-", "\\-").replace("’", "\\(cq")
    return re.sub(r"^([.'])", r"\\&\1", safe)


def signature(action: argparse.Action) -> str:
    """An option or argument as it is typed, in bold and italics."""
    named = action.metavar or (
        "|".join(map(str, action.choices)) if action.choices else (action.dest or "").upper()
    )
    value = "" if action.nargs == 0 else f"\\fI{roff(str(named))}\\fR"
    if not action.option_strings:
        return value
    return " ".join(part for part in (f"\\fB{roff(action.option_strings[-1])}\\fR", value) if part)


def synopsis(words: str, parser: argparse.ArgumentParser) -> str:
    """One line: the verb with everything that may follow it."""
    shown = []
    for action in options(parser):
        text = signature(action)
        needed = action.required or (not action.option_strings and action.nargs not in ("?", "*"))
        shown.append(text if needed else f"[{text}]")
    return " ".join([f"\\fB{roff(NAME)} {roff(words)}\\fR", *shown])


def man_page(parser: argparse.ArgumentParser, version: str, date: str) -> str:
    """The page in section 1."""
    known = list(verbs(parser))
    lines = [f'.TH IDENTITY\\-CENTER\\-WIZARD 1 "{date}" "{version}" "User Commands"']
    lines += [".SH NAME", f"{roff(NAME)} \\- provision people and groups into AWS IAM Identity Center"]
    lines += [".SH SYNOPSIS", ".na", ".nh", f".B {roff(NAME)}"]
    for words, _, below in known:
        lines += [".br", synopsis(words, below)]
    lines += [
        ".ad",
        ".hy",
        ".SH DESCRIPTION",
        "Without a verb the window opens. The verbs do the same without it,",
    ]
    lines += ["for schedules and scripts.", ".SH OPTIONS"]
    for action in options(parser):
        lines += [".TP", signature(action), roff(sentence(str(action.help)))]
    lines.append(".SH VERBS")
    for words, told, below in known:
        lines += [".TP", f".B {roff(words)}", roff(sentence(told))]
        for action in (one for one in options(below) if one.help):
            lines += [".RS", ".TP", signature(action), roff(sentence(str(action.help))), ".RE"]
    return "\n".join([*lines, *exit_status(), *surroundings()]) + "\n"


def sentence(told: str) -> str:
    """A line of help as a sentence."""
    return f"{told[:1].upper()}{told[1:].rstrip('.')}."


def exit_status() -> list[str]:
    """The exit codes, as the program knows them."""
    from wizard.flow.support.exit_codes import MEANINGS

    lines = [".SH EXIT STATUS"]
    for number, meaning in MEANINGS:
        lines += [".TP", f".B {number}", roff(meaning)]
    return lines


def surroundings() -> list[str]:
    """Variables and files."""
    from wizard.sandbox.options import TOKEN_VARIABLE as SANDBOX_VARIABLE
    from wizard.storage.paths import HOME_VARIABLE
    from wizard.storage.secret_store import AWS_TOKEN, ENTRA_SECRET

    told = {
        AWS_TOKEN.variable: "The access token; it beats the one in the keyring.",
        ENTRA_SECRET.variable: "The client secret of Entra's application; it beats the one in the keyring.",
        SANDBOX_VARIABLE: "The access token that the sandbox takes.",
        HOME_VARIABLE: "Another folder for jobs, journals and logs.",
    }
    lines = [".SH ENVIRONMENT"]
    for name, meaning in told.items():
        lines += [".TP", f".B {name}", roff(meaning)]
    lines += [".SH FILES", ".TP", ".I ~/.local/share/identity\\-center\\-wizard"]
    lines += ["Jobs, journals, reports and logs. Access tokens are in the keyring, never in a file."]
    return [*lines, ".TP", ".I ~/.config/systemd/user", "Timers and services that schedule add has written."]


# ---- Completion


def long_options(parser: argparse.ArgumentParser) -> list[str]:
    """The long options of a verb."""
    return [word for action in options(parser) for word in action.option_strings if word.startswith("--")]


def first_words(parser: argparse.ArgumentParser) -> dict[str, tuple[str, list[str]]]:
    """Each first word -> its help, and what may follow it: its own verbs, its options, its fixed choices."""
    found = {}
    for word, told, below in subverbs(parser):
        deeper = list(verbs(below))
        following = [verb for verb, _, _ in deeper]
        for part in [below, *(parser for _, _, parser in deeper)]:
            following += long_options(part)
            following += [str(one) for action in options(part) for one in action.choices or ()]
        found[word] = (told, list(dict.fromkeys(following)))
    return found


def bash(parser: argparse.ArgumentParser) -> str:
    """Words first, options after them; file names where nothing else fits."""
    known = first_words(parser)
    cases = "\n".join(f"        {word}) words='{' '.join(more)}' ;;" for word, (_, more) in known.items())
    return f"""# Completion of {NAME} for bash, made from its parser.
_identity_center_wizard()
{{
    local words='{" ".join([*known, *long_options(parser)])}'
    if [ "$COMP_CWORD" -gt 1 ]; then
        case ${{COMP_WORDS[1]}} in
{cases}
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}")
}}
complete -o default -F _identity_center_wizard {NAME}
"""


def fish(parser: argparse.ArgumentParser) -> str:
    """The same for fish, with each verb's help."""
    lines = [f"# Completion of {NAME} for fish, made from its parser."]
    lines += [f"complete -c {NAME} -n __fish_use_subcommand -l {one[2:]}" for one in long_options(parser)]
    for word, (told, more) in first_words(parser).items():
        quoted = told.replace("\\", "\\\\").replace("'", "\\'")
        lines.append(f"complete -c {NAME} -n __fish_use_subcommand -a {word} -d '{quoted}'")
        for one in more:
            kind = f"-l {one[2:]}" if one.startswith("--") else f"-a {one}"
            lines.append(f"complete -c {NAME} -n '__fish_seen_subcommand_from {word}' {kind}")
    return "\n".join(lines) + "\n"


def zsh(parser: argparse.ArgumentParser) -> str:
    """The same for zsh."""
    known = first_words(parser)
    cases = "\n".join(
        f"        {word}) compadd -- {' '.join(more)}; _files ;;" for word, (_, more) in known.items()
    )
    return f"""#compdef {NAME}
# Completion of {NAME} for zsh, made from its parser.
if (( CURRENT == 2 )); then
    compadd -- {" ".join([*known, *long_options(parser)])}
else
    case $words[2] in
{cases}
    esac
fi
"""


def write(folder: Path, version: str, date: str) -> None:
    """All four files."""
    parser = whole_parser()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.1").write_text(man_page(parser, version, date), "utf-8")
    for shell, text in (("bash", bash), ("fish", fish), ("zsh", zsh)):
        (folder / f"{NAME}.{shell}").write_text(text(parser), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
