"""The rules of related parties as data."""
