"""Statutory statements that were issued: stored once, from closed books, and never changed."""
