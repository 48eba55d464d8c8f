"""One module per business flow, composed from sync and mapping."""
