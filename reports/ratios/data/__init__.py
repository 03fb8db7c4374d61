"""Rule sets, measures, checks and columns as dated data, each fact with its source and grade."""
