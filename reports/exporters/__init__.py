"""Files made of tables: each writes exactly what the table holds."""
