"""Donation agreements: what was agreed, when the rules ask for one, and what became of it."""
