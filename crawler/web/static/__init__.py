"""The reading room's style sheet."""
