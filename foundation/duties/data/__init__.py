"""Duties as dated data."""
