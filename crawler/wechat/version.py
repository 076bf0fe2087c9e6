"""Which reader of pages this is; apart from the reader, for those who need to know no more than that."""

READER_VERSION = 2
"""Counts the readers whose readings differ; a capture keeps the readings of each (design, section 3.1)."""
