"""What stays in the bundle and what the system brings: pure rules over (place in the bundle, source) pairs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath

Row = tuple[str, str, str]
"""PyInstaller's table of contents: place in the bundle, source on the disk, kind."""

PLUGINS = frozenset(
    {
        *("iconengines/qsvgicon", "imageformats/qsvg", "platformthemes/qxdgdesktopportal"),
        *("platforms/qxcb", "platforms/qwayland", "platforms/qoffscreen"),
        *("platforms/qwindows", "platforms/qcocoa", "styles/qmodernwindowsstyle", "styles/qmacstyle"),
        *(
            "platforminputcontexts/composeplatforminputcontextplugin",
            "platforminputcontexts/ibusplatforminputcontextplugin",
        ),
        *("wayland-shell-integration/xdg-shell", "wayland-decoration-client/bradient"),
    }
)
"""Qt's plugins that a window of widgets uses, without `lib` and suffix; every other one is left out."""

QT_PARTS = frozenset(
    {"Core", "Gui", "Widgets", "Svg", "DBus", "XcbQpa", "OpenGL", "WaylandClient", "WlShellIntegration"}
)
"""Qt's libraries that the program or a plugin above links; see `unused` in tests/packaging."""

OF_QT = frozenset({"libicudata", "libicui18n", "libicuuc", "libpyside6", "libshiboken6"})
"""Libraries that come with Qt's wheels beside Qt's own."""

OF_PYTHON = frozenset({"libpython"})
"""What Python itself brings; OpenSSL, SQLite and their kin are the system's, which mends their faults."""


def stays(row: Row, system: str) -> bool:
    """Whether this file belongs into the bundle; `system` is `linux`, `win32` or `darwin`."""
    place = PurePath(row[0])
    parts = place.parts
    name = place.name
    if "translations" in parts and "PySide6" in parts:
        return name.startswith("qtbase_")
    if "plugins" in parts:
        plugin = f"{place.parent.name}/{_stem(name).removeprefix('lib')}"
        return plugin in PLUGINS
    if "opengl32sw" in name.lower():  # 20 MB of drawing in software, which widgets never ask for
        return False
    qt = re.match(r"(?:lib)?Qt6?([A-Za-z]+)", name)
    if qt and "PySide6" in parts:
        return qt[1] in QT_PARTS
    return system != "linux" or not _of_the_system(row)


def kept(rows: Iterable[Row], system: str) -> list[Row]:
    """The rows that stay."""
    return [row for row in rows if stays(row, system)]


def _of_the_system(row: Row) -> bool:
    """A shared library of the build host that a package can depend on instead."""
    name = PurePath(row[0]).name
    if not name.startswith("lib") or ".so" not in name:
        return False
    if "PySide6" in PurePath(row[0]).parts and "site-packages" in row[1]:
        return False
    return not _stem(name).startswith((*OF_QT, *OF_PYTHON))


def _stem(name: str) -> str:
    """`libqxcb.so` -> `libqxcb`, `libicudata.so.73` -> `libicudata`, `libpyside6.abi3.so.6.11` -> `libpyside6`."""
    return name.split(".", 1)[0]
