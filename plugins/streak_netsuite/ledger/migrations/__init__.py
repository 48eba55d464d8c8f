"""Changes of the ledger's schema, in the order they are made."""
