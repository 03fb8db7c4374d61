"""Drawing pages: fonts, line breaking, the sheet, and the layouts."""
