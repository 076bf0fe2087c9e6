"""The words and boxes around copies."""
