"""The bank: statements, which lines of the books they prove, and the monthly reconciliation."""
