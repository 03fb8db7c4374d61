"""What donors touch: how they come in, what they see of their gifts, and what they ask for."""
