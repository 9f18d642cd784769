"""The made-up company Tidewater Instruments, to try everything with."""

from dataclasses import replace

from wizard.assets import asset
from wizard.directory import DirectorySnapshot
from wizard.progress import ReportProgress
from wizard.sources.file_source import FileSource
from wizard.sources.interface import Inspection


class SampleSource:
    """Tidewater Instruments: about 60 people in 8 groups, some of whom AWS would refuse."""

    def __init__(self) -> None:
        self._files = FileSource(asset("sample", "people.json"), asset("sample", "groups.csv"))

    def inspect(self) -> Inspection:
        """What the sample holds."""
        return replace(self._files.inspect(), recognised_as="Tidewater Instruments, a made-up company")

    def read(self, report: ReportProgress) -> DirectorySnapshot:
        """Everyone at Tidewater Instruments."""
        return self._files.read(report)
