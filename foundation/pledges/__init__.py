"""Pledges: promises in instalments, never in the books, always in the notes."""
