"""A stateful stand-in for NetSuite's SOAP web services (SuiteTalk)."""
