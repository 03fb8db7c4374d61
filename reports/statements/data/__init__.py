"""Data files of the statements: layouts, rows, and how cash without an item is classed."""
