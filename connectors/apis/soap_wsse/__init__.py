"""`soap_wsse`: SOAP services with a UsernameToken, and older SOAP programs that call through us. OASIS WSS UsernameToken Profile 1.1.1.

settings.py is what an operator enters; xml.py the one hardened parser; token.py the UsernameToken both ways; envelope.py what stands in a
message; kind.py is the contract. lxml is imported when the first message is read.
"""
