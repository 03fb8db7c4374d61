"""What every page and API call shares: problems, security, idempotency, lists, languages."""
