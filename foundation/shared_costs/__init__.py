"""Shared costs: keys of allocation, time sheets, and the runs that charge the funds."""
