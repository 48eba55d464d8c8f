"""Which field of one system holds what a field of another holds: suggestions with their reasons."""
