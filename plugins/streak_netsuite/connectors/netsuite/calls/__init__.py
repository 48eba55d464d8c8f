"""Every SuiteTalk operation the product uses, as values."""
