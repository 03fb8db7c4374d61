"""Entries of zip files whose bytes depend on their content alone."""

from zipfile import ZIP_DEFLATED, ZipInfo

# A zip keeps a time for every entry; ours say the first day that zips know.
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


def entry(name: str, compression: int = ZIP_DEFLATED) -> ZipInfo:
    """Return an entry without the time of day, the machine, or its rights."""
    made = ZipInfo(name, _FIRST_DAY)
    made.compress_type = compression
    made.create_system = _UNIX
    made.external_attr = 0o644 << 16
    return made
