"""Matching claims: schemes in force, decisions, claims from the books, awards, what follows."""
