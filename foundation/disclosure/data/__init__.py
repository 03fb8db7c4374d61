"""Kinds of publications as dated data."""
