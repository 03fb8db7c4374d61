"""Reading donation registers and bank statements as they really come."""
