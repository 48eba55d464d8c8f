"""NetSuite's SuiteTalk SOAP API."""
