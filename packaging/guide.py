"""Builds the user guide: docs/guide/*.md and the table of messages become resources/guide/index.html, one file.

    python packaging/guide.py [FILE]    writes the guide (needs markdown-it-py)

`{exit-codes}`, `{messages}` and `{commands}` on a line of their own are replaced by text generated from the program.
Headings get the ids that GitHub gives them; pictures are part of the file.
"""

from __future__ import annotations

import argparse
import base64
import html
import inspect
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "docs" / "guide"
MADE = ROOT / "resources" / "guide" / "index.html"
PICTURE_WIDTH = "640"
STYLE = """
:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; line-height: 1.5; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } th, td { text-align: start; vertical-align: top; padding: .3rem .8rem .3rem 0; }
th, td { border-bottom: 1px solid #8886; } code, pre { font-family: ui-monospace, monospace; font-size: .92em; }
pre { padding: .6rem .8rem; overflow-x: auto; border: 1px solid #8886; border-radius: 6px; }
img { max-width: 100%; border-radius: 8px; border: 1px solid #8886; } var { font-style: italic; }
@media (min-width: 82rem) { nav { position: fixed; top: 2rem; left: 2rem; width: 15rem; font-size: .92em; } }
"""


def is_older() -> bool:
    """Whether the guide is missing or older than what it is made of."""
    parts = [Path(__file__), *SOURCES.glob("*.md"), *(ROOT / "wizard" / "messages").rglob("*.py")]
    return not MADE.exists() or MADE.stat().st_mtime < max(part.stat().st_mtime for part in parts)


def build_if_older(python: str = sys.executable) -> None:
    """Build the guide with the Python that has markdown-it-py; without the guide F1 says how."""
    if SOURCES.is_dir() and is_older():
        subprocess.run([python, str(Path(__file__))], cwd=ROOT, check=False)


def build(target: Path = MADE) -> None:
    """Write the guide."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(guide(), encoding="utf-8")


def guide() -> str:
    """The whole guide as HTML."""
    body, contents = "", ""
    for source in sorted(SOURCES.glob("*.md")):
        text = source.read_text(encoding="utf-8")
        for name, made in (("exit-codes", exit_codes), ("messages", messages), ("commands", commands)):
            if f"\n{{{name}}}\n" in text:
                text = text.replace(f"\n{{{name}}}\n", "\n" + "\n".join(made()) + "\n")
        chapter, entries = rendered(text, source.parent)
        body += f"<section>{chapter}</section>\n"
        first, *parts = (f'<a href="#{key}">{html.escape(title)}</a>' for key, title in entries)
        contents += f"<li>{first}{listed(parts)}</li>"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Identity Center Wizard: user guide</title><style>{STYLE}</style></head>"
        f'<body><nav id="contents"><ul>{contents}</ul></nav>\n{body}</body></html>\n'
    )


def listed(items: Sequence[str]) -> str:
    """A list of items that are HTML; nothing without one."""
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>" if items else ""


def rendered(text: str, folder: Path) -> tuple[str, list[tuple[str, str]]]:
    """A chapter as HTML, and (id, title) of its headings of the first two levels."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens, entries = parser.parse(text), []
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            title = "".join(child.content for child in tokens[place + 1].children or ())
            token.attrSet("id", slug(title))
            if token.tag in ("h1", "h2"):
                entries.append((slug(title), title))
        for child in token.children or ():
            if child.type == "link_open":  # between the files of the guide: within the one that is made
                child.attrSet("href", re.sub(r"^\d\d-[\w-]+\.md#", "#", str(child.attrGet("href"))))
            if child.type == "image":
                child.attrSet("src", inlined(folder / str(child.attrGet("src"))))
                child.attrSet("width", PICTURE_WIDTH)  # the window knows no max-width
    made: str = parser.renderer.render(tokens, parser.options, {})
    return re.sub("‹([^›]*)›", r"<var>\1</var>", made), entries


def slug(title: str) -> str:
    """The id of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def inlined(picture: Path) -> str:
    """A picture as a data URI."""
    return "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode("ascii")


# --- tables made from the program ------------------------------------------------------------------------------------


def table(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table in Markdown."""
    for place, row in enumerate([tuple(heading), *map(tuple, rows)]):
        yield f"| {' | '.join(row)} |"
        if not place:
            yield "|" + "---|" * len(row)


def exit_codes() -> Iterator[str]:
    """The exit codes of commands."""
    from wizard.flow.support.exit_codes import MEANINGS

    return table(("Exit code", "Meaning"), ((str(int(code)), found.meaning) for code, found in MEANINGS.items()))


def commands() -> Iterator[str]:
    """Every command with its usage and options, from the program's parser."""
    from wizard.cli.parser import build_parser
    from wizard.sandbox.options import build_parser as sandbox

    yield from usages(build_parser(sandbox=sandbox()))


def usages(parser: argparse.ArgumentParser) -> Iterator[str]:
    """The commands below a parser, in the order of its help."""
    for action in parser._actions:  # argparse has no public way to list them
        if not isinstance(action.choices, dict):
            continue
        for below in action.choices.values():
            if any(isinstance(one.choices, dict) for one in below._actions):
                yield from usages(below)
                continue
            yield f"### {below.prog}\n"
            summary = str(below.get_default("summary") or "")
            if summary:
                yield f"{escaped(summary[:1].upper() + summary[1:])}.\n"
            for one in below._actions:
                if one.help and one.help != argparse.SUPPRESS and one.dest != "help":
                    value = "" if one.nargs == 0 else one.metavar or (one.dest or "").upper()
                    words = " ".join(filter(None, (", ".join(one.option_strings), str(value))))
                    yield f"- `{words}`: {escaped(one.help % {'default': one.default})}"
            yield ""


def messages() -> Iterator[str]:
    """Every message that says what to do, a paragraph each by its code; arguments are ‹names›."""
    from wizard.messages.table import TABLE

    for code, row in sorted(TABLE.items()):
        title, advice = shown(row)
        if advice:
            yield f"`{code}`  \n**{escaped(title)}**  \n{escaped(advice)}\n"


def escaped(text: str) -> str:
    """Plain text in Markdown."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", text.replace("\n", " "))


def shown(row: Any) -> tuple[str, str]:
    """Title and advice of a row with the names of its arguments for their values."""
    from wizard.messages.row import Text

    if not isinstance(row, Text):
        try:
            row = row(**samples(row))
        except (
            ValueError,
            KeyError,
            TypeError,
            IndexError,
        ):  # needs a real value: its sentences as they are written
            texts = [text for text in row.__code__.co_consts if isinstance(text, str) and " " in text]
            row = Text(texts[0] if texts else "", " ".join(text for text in texts[1:] if text.endswith(".")))
    parts = row.title, " ".join(filter(None, (row.advice, row.command)))
    named = (re.sub(r"(?<!\{)\{(\w+)[^{}]*\}", r"‹\1›", text) for text in parts)
    title, advice = (text.replace("{{", "{").replace("}}", "}") for text in named)
    return title, advice


_MOMENTS = ("since", "next_attempt", "then")
"""Arguments that are times: any other text would be shown as nothing."""


def samples(row: Any) -> dict[str, object]:
    """An argument for each parameter of a row."""
    from wizard.messages.row import Nested

    made: dict[str, object] = {}
    for name, parameter in inspect.signature(row).parameters.items():
        if parameter.default is not parameter.empty or parameter.kind is parameter.VAR_KEYWORD:
            continue
        text = Nested(f"‹{name}›", f"‹{name}›", "")
        kind = parameter.annotation
        several = "tuple" in str(kind) or "Sequence" in str(kind)
        if name in _MOMENTS:
            made[name] = "2026-11-30T14:05:00+00:00"
            continue
        made[name] = (text,) if several else {int: 2, float: 2.0, bool: False}.get(kind, text)
    return made


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    parser = argparse.ArgumentParser(description="Write the user guide as one HTML file.")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE")
    chosen = parser.parse_args().file
    build(*filter(None, [chosen]))
