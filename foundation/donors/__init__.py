"""Donors: finding, recording and telling them apart."""
