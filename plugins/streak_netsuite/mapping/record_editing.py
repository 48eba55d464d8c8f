"""Changes to a record type's file that keep its comments, its order and its look."""

from pathlib import Path

from streak_netsuite.mapping.editing import MappingFile
from streak_netsuite.mapping.record_files import load_record_type
from streak_netsuite.mapping.record_schema import RecordTypeSpec


class RecordTypeFile(MappingFile):
    """A record type's file that is being edited, as a `MappingFile` is."""

    def save(  # type: ignore[override]  # a file of another kind, and so another spec
        self, path: Path | None = None, *, replace: bool = False
    ) -> RecordTypeSpec:
        """Write the file in one step, when it is without fault; return the record type. Raises as `MappingFile.save`."""
        return self._saved(path, load_record_type, replace=replace)
