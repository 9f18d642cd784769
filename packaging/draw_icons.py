"""Draws the program's icons for three systems from identity-center-wizard.svg: PNG, ICO and ICNS."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "icons"
NAME = "identity-center-wizard"
PNG_SIZES = (48, 128, 256)
ICO_SIZES = (16, 24, 32, 48, 64, 256)
ICNS_KINDS = {b"ic11": 32, b"ic12": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024}
"""Apple's four letters for a PNG of this many pixels."""


def drawn(drawing: bytes, size: int) -> bytes:
    """A square PNG of the drawing."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(drawing)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, b"PNG")
    return bytes(buffer.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """Windows' icon file around PNGs; 256 pixels are written as 0."""
    place = 6 + 16 * len(pictures)
    head, body = struct.pack("<HHH", 0, 1, len(pictures)), b""
    for size, png in pictures.items():
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), place + len(body))
        body += png
    return head + body


def icns(pictures: dict[bytes, bytes]) -> bytes:
    """Apple's icon file around PNGs."""
    body = b"".join(kind + struct.pack(">I", len(png) + 8) + png for kind, png in pictures.items())
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def main() -> int:
    """Write every file."""
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication([])
    drawing = (FOLDER / f"{NAME}.svg").read_bytes()
    for size in PNG_SIZES:
        (FOLDER / f"{NAME}-{size}.png").write_bytes(drawn(drawing, size))
    (FOLDER / f"{NAME}.ico").write_bytes(ico({size: drawn(drawing, size) for size in ICO_SIZES}))
    (FOLDER / f"{NAME}.icns").write_bytes(icns({kind: drawn(drawing, size) for kind, size in ICNS_KINDS.items()}))
    application.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
