"""When a reminder is due, as data."""
