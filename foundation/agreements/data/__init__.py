"""When an agreement is required, and which wording costs a match: dated rules with sources."""
