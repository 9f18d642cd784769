"""What stays in the bundle and what the system brings."""

import pytest
from bundle_filter import kept, stays

WHEEL = "/venv/lib/python3.11/site-packages/"


def row(place: str, source: str = "", kind: str = "BINARY") -> tuple[str, str, str]:
    return place, source or WHEEL + place, kind


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/Qt/lib/libQt6Core.so.6",
        "PySide6/Qt/lib/libQt6XcbQpa.so.6",
        "PySide6/Qt/lib/libicudata.so.73",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/QtWidgets.abi3.so",
        "PySide6/libpyside6.abi3.so.6.11",
        "libpython3.11.so.1.0",
        "regex/_regex.cpython-311-x86_64-linux-gnu.so",
        "python3.11/lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so",
        "resources/icons/mark.svg",
        "resources/translations/de/LC_MESSAGES/identity-center-wizard.mo",
        "PySide6/Qt/translations/qtbase_de.qm",
    ],
)
def test_what_the_program_uses_stays(place):
    assert stays(row(place), "linux")


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("PySide6/Qt/lib/libQt6Quick.so.6", ""),
        ("PySide6/Qt/lib/libQt6Network.so.6", ""),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", ""),
        ("PySide6/Qt/plugins/tls/libqopensslbackend.so", ""),
        ("PySide6/Qt/translations/qt_de.qm", ""),
        ("libgtk-3.so.0", "/usr/lib/x86_64-linux-gnu/libgtk-3.so.0"),
        ("libssl.so.3", "/usr/lib/x86_64-linux-gnu/libssl.so.3"),
    ],
)
def test_what_it_does_not_use_or_the_system_brings_is_left_out(place, source):
    assert not stays(row(place, source), "linux")


def test_elsewhere_there_is_no_system_to_bring_a_library():
    assert stays(row("libssl-3.dll", "C:/Python/DLLs/libssl-3.dll"), "win32")
    assert stays(row("PySide6/plugins/platforms/qwindows.dll"), "win32")
    assert stays(row("PySide6/Qt6Core.dll"), "win32")
    assert not stays(row("PySide6/Qt6Quick.dll"), "win32")
    assert not stays(row("PySide6/opengl32sw.dll"), "win32")
    assert stays(row("PySide6/Qt/lib/QtCore.framework/Versions/A/QtCore"), "darwin")
    assert not stays(row("PySide6/Qt/lib/QtQuick.framework/Versions/A/QtQuick"), "darwin")


def test_the_order_of_the_rows_is_kept():
    rows = [row("PySide6/QtCore.abi3.so"), row("PySide6/Qt/lib/libQt6Qml.so.6"), row("PySide6/QtGui.abi3.so")]
    assert kept(rows, "linux") == [rows[0], rows[2]]
