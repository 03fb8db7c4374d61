"""Backup of everything into one file, and its return into an empty place."""
