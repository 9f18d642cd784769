"""The sample directory: the fictional company Tidewater Instruments."""

from dataclasses import replace

from wizard.assets import asset
from wizard.directory import DirectorySnapshot
from wizard.errors import Message
from wizard.progress import ReportProgress
from wizard.sources.file_source import FileSource
from wizard.sources.interface import Inspection


class SampleSource:
    """About 60 people in 8 groups, some of which AWS would refuse."""

    def __init__(self) -> None:
        self._files = FileSource(asset("sample", "people.json"), asset("sample", "groups.csv"))

    async def inspect(self) -> Inspection:
        """Summary of the sample."""
        return replace(await self._files.inspect(), recognised_as=Message("export-sample"))

    async def read(self, report: ReportProgress) -> DirectorySnapshot:
        """All people and groups of the sample."""
        return await self._files.read(report)
