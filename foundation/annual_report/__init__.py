"""What people add to the tables of the annual report: explanations, and where donors live."""
