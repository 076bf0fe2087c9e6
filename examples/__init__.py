"""A sample bulletin, written for the project, and a demonstration of the main job on it."""
