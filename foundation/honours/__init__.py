"""Recognition levels and the honour roll: who is thanked by name, who is not, and why."""
