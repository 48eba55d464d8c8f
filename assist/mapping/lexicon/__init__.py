"""The language of CRM and ERP systems: what words mean the same, and what NetSuite's fields are called elsewhere."""
