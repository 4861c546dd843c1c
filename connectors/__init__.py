"""The connectors' room: how older systems speak.

Owns       the connector contract, one folder per kind of older system, attribute mapping
Serves     no route: idp serves the endpoints a kind asks for
May use    kit
Never      knows another kind, a session, a person or the consent store: it receives an identity that is already filtered
Start at   contract.py for what a kind is, builtin.py for the table of kinds, apps/forward_auth/ for one of them
"""
