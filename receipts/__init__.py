"""The documents: numbers, content, rendering, signature, verification."""
