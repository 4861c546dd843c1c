"""`api_key`: APIs that want a key in a header, one key a service, as behind SPLP's gateway."""
