"""Word lists of the duplicate engine: legal forms, abbreviations, free mail domains, letters."""
