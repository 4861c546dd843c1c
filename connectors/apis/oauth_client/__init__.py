"""`oauth_client`: APIs behind client credentials, with the quirks of SATUSEHAT. RFC 6749 §4.4."""
