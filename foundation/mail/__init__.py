"""Mail that leaves the house: an outbox written with the books, and the worker that empties it."""
