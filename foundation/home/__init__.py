"""The desk and the search: where a person begins, and how anything is found."""
