"""Bulletins written by hand, with what a careful reader would say of them beside."""
