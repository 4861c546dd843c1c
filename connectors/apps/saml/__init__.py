"""`saml`: an older system that speaks SAML 2.0 as a service provider; Gapura is its identity provider.

settings.py is what an operator enters, certificates.py judges it; metadata.py reads a service provider's metadata and writes our own.
incoming.py takes what strangers send: binding.py unpacks it, xml.py parses it, signing.py says whether it is genuine, request.py and
logout.py read the two messages we understand, message.py holds what both must meet. outgoing.py answers: response.py writes,
encryption.py seals. kind.py is the contract; lxml is loaded when the first message comes.
"""
