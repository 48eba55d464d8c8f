"""The pairs that the matcher learns from, as a shipped file."""
