"""The books in the words of other tools: plain-text accounting and the audit data interface."""
