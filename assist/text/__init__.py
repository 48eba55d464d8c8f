"""Text as people and systems write it, brought to a form that can be compared."""
