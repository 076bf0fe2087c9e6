"""KEEP: the archive. Imports nothing of ours; its words are in storage.records, its door is storage.archive."""
