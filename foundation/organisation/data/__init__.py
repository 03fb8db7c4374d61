"""The profile of the demo foundation, which also documents the format of a profile."""
