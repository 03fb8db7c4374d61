"""Matching schemes, reason codes, facts and sources as data files; no code lives here."""
