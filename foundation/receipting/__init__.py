"""Which gift gets which document; so far, amounts in words."""
