"""`cas`: an application that signs people in by the CAS protocol, versions 1, 2 and 3. https://apereo.github.io/cas/development/protocol/

settings.py is what an operator enters; services.py decides whether an address is a service of ours; tickets.py is what is handed out;
validation.py judges a ticket that comes back; proxying.py makes proxy tickets; answers.py writes XML, JSON and plain text; kind.py is the
contract.
"""
