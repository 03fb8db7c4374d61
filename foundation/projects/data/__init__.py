"""Kinds of fund projects, as data."""
