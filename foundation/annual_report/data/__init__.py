"""The places of the annual report that people fill in, as data."""
