"""The layouts of the annual report as dated data."""
