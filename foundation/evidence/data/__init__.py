"""Which tables and papers are handed in, as data."""
