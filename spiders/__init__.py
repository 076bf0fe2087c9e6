"""FETCH: errands, no knowledge."""
