"""The one source of the schema: numbered steps, and the guards that go with them."""
