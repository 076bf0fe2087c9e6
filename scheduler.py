"""WHEN: the timetable."""
