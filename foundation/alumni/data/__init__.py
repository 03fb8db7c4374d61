"""How alumni lists name their columns, as dated data."""
