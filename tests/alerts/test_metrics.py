"""The text file of metrics, judged by Prometheus's own parser."""

import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from wizard.alerts.metrics import Metric, Sample, text_of, write
from wizard.errors import WizardError

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20)


@given(names, st.floats(allow_nan=False, allow_infinity=False) | st.integers(0, 2**40))
def test_any_name_and_number_come_back(name: str, number: float) -> None:
    text = text_of((Metric("a_gauge", "Words.", (Sample({"job": name, "id": "7"}, number),)),))
    (family,) = text_string_to_metric_families(text)
    (sample,) = family.samples
    assert (family.type, sample.name) == ("gauge", "a_gauge")
    assert sample.labels == {"job": name, "id": "7"}
    assert sample.value == float(number)


def test_a_gauge_without_samples_is_left_out() -> None:
    assert text_of((Metric("a", "Words."), Metric("b", "Words.", (Sample({}, 1),)))).count("# TYPE") == 1


def test_the_file_is_replaced_as_a_whole_and_readable_for_the_collector(tmp_path: Path) -> None:
    path = tmp_path / "icw.prom"
    write(path, "a 1\n")
    write(path, "a 2\n")
    assert path.read_text() == "a 2\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [each.name for each in tmp_path.iterdir()] == ["icw.prom"]
    with pytest.raises(WizardError, match="metrics-not-written"):
        write(tmp_path / "missing" / "icw.prom", "")


@pytest.mark.skipif(os.name != "posix", reason="modes of files exist on POSIX systems only")
def test_a_link_in_place_of_the_temporary_file_opens_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may write in the folder of the metrics can replace what was just made."""
    private = tmp_path / "private"
    private.touch(mode=0o600)
    made = tempfile.mkstemp

    def replaced(**options: Any) -> tuple[int, str]:
        descriptor, name = made(**options)
        os.unlink(name)
        os.symlink(private, name)
        return descriptor, name

    monkeypatch.setattr(tempfile, "mkstemp", replaced)
    write(tmp_path / "icw.prom", "a 1\n")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_what_is_no_ordinary_file_is_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(WizardError, match="metrics-not-written"):
        write(pipe, "")
    assert pipe.is_fifo()
