"""Alumni lists: reading them, finding the donors among them, and counting classes by them."""
