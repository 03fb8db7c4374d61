"""Reports read everything and write nothing."""
