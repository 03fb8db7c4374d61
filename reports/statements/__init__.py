"""Layouts of the statutory statements as dated data, and their evaluation from the books."""
