"""`basic`: APIs that want a user name and a password with each request. RFC 7617."""
