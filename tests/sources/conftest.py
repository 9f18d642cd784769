"""What the tests of sources ask for."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.sources.files import WriteFile, as_csv


@pytest.fixture
def file(tmp_path: Path) -> WriteFile:
    """Writes a file: text, bytes, or rows."""

    def write(name: str, content: str | bytes | Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        text = content if isinstance(content, str | bytes) else as_csv(content)
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write
