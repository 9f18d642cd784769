"""Walks the installed program from outside, through the accessibility bus: from its menu entry to a finished run.

    /usr/bin/python3 drive_window.py PICTURES

For the system's Python (it has pyatspi); imports nothing of the program. Runs on a display and a session bus of its
own. Prints one line of JSON: what a person would have read at each step.
"""

import json
import os
import signal
import subprocess
import sys
import time

import pyatspi

PROGRAM = "identity-center-wizard"
ENTRY = f"/usr/share/applications/{PROGRAM}.desktop"
PATIENCE_SECONDS = 60.0
_BIG = ("table", "tree table", "list")
"""Not walked into: their cells are many and none is a button."""


def waited(look, what):
    """What `look` finds once it finds something; a name of it goes into the failure."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            found = look()
        except Exception:  # the bus raises anything about a control that has just gone
            found = None
        if found:
            return found
        time.sleep(0.05)
    picture(sys.argv[1], "failure")
    raise SystemExit(f"not seen within {PATIENCE_SECONDS:.0f} s: {what}")


def program():
    """The program as the bus shows it."""
    return next((one for one in pyatspi.Registry.getDesktop(0) if one and one.name == PROGRAM), None)


def below(node):
    """Yield every control on the screen; hidden ones are skipped with their children."""
    yield node
    if node.getRoleName() in _BIG:
        return
    for child in node:
        if child is not None:
            yield from below(child)


def control(name):
    """The visible control with this object name (the last part of its id)."""
    for node in below(program()):
        if node.get_accessible_id().rsplit(".", 1)[-1] == name and shown(node):
            return node
    return None


def shown(node):
    """Whether a person sees it."""
    return node.getState().contains(pyatspi.STATE_SHOWING)


def enabled(node):
    """Whether it can be pressed."""
    return node.getState().contains(pyatspi.STATE_SENSITIVE)


def press(name):
    """Press a control once it is there and can be pressed."""
    node = waited(lambda: (found := control(name)) and enabled(found) and found, f"{name}, ready")
    action = node.queryAction()
    names = [action.getName(number).lower() for number in range(action.nActions)]
    action.doAction(next((number for number, name in enumerate(names) if name in ("press", "toggle")), 0))


def page():
    """The object name of the page on the screen, such as `planPage`."""
    names = (node.get_accessible_id().rsplit(".", 1)[-1] for node in below(program()) if shown(node))
    return next((name for name in names if name.endswith("Page")), None)


def next_page(before):
    """Press Next, and wait for the following page."""
    press("next")
    return waited(lambda: (now := page()) != before and now, f"the page after {before}")


def title():
    """Return the title of the page."""
    return waited(lambda: control("pageTitle"), "a title").name


def texts():
    """Every visible label's text."""
    return [node.name for node in below(program()) if node.getRoleName() == "label" and node.name and shown(node)]


def picture(folder, name):
    """The screen as a file."""
    subprocess.run(["import", "-window", "root", f"{folder}/{name}.png"], check=False)


def walk(folder):
    """From the menu entry to the report; what was read on the way."""
    begun = time.monotonic()
    subprocess.Popen(["gio", "launch", ENTRY])
    waited(lambda: control("next"), "the first window")
    seen = {"window after s": round(time.monotonic() - begun, 2)}
    here = waited(page, "the first page in it")
    seen["page after s"] = round(time.monotonic() - begun, 2)
    seen["pages"] = {here: title()}
    time.sleep(0.5)  # a first picture before the fonts are there tells nothing
    picture(folder, here)
    press("sample")
    here = next_page(here)
    for step in ("aws", "directory", "scope", "attributes", "settings", "preview"):
        press(step)  # the last part of step.aws
        here = waited(lambda step=step: page() == f"{step}Page" and page(), f"the page {step}")
        if step != "preview":
            seen["pages"][here] = title()
            picture(folder, here)
    while here != "runPage":
        seen["pages"][here] = title()
        if here == "previewPage":
            seen["button"] = waited(lambda: enabled(control("next")) and control("next").name, "the plan")
        picture(folder, here)
        here = next_page(here)
    seen["pages"][here] = title()
    waited(lambda: enabled(control("next")), "the end of the run")
    bar = control("runProgress").queryValue()
    seen["progress"] = [bar.currentValue, bar.maximumValue]
    picture(folder, here)
    here = next_page(here)
    seen["pages"][here] = title()
    time.sleep(1)
    picture(folder, here)
    seen["report"] = texts()[-60:]
    press("next")  # back to the jobs; the sample company is for this session only, so it asks
    press("questionVerb")
    waited(lambda: page() == "planPage", "the list of jobs")
    os.kill(program().get_process_id(), signal.SIGTERM)
    waited(lambda: program() is None, "the end of the program")
    return seen


if __name__ == "__main__":
    print(json.dumps(walk(sys.argv[1])))
