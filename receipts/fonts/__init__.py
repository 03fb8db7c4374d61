"""The fonts of the documents, their licence, and the script that makes the files."""
