"""The reading room's pages."""
