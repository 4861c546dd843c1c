"""The connectors' room: how older systems speak.

Owns       the connector contract, one folder per kind of older system (apps/, apis/), attribute mapping
Serves     /cas /saml /simple-sso /tiket as the kinds name them; idp mounts them and does everything between
May use    kit
Never      knows another kind, a session, a person or the consent store: it receives an identity that is already filtered
Start at   contract.py and front_door.py for what a kind is, builtin.py for the table of kinds, apps/forward_auth/ for one of them
"""
