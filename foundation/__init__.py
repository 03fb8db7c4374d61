"""The application: people, gifts, books and what the foundation does with them."""
