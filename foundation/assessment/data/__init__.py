"""Rubrics and places for papers, as dated data."""
