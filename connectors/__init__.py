"""The connectors' room: how older systems speak.

Owns       the connector contract, one folder per kind of older system (apps/, apis/), attribute mapping
Serves     what each kind with a front door names, below a prefix of its own; idp mounts it and does everything between
May use    kit
Never      knows another kind, a session, a person or the consent store: it receives an identity that is already filtered
Start at   contract.py and front_door.py for what a kind is, builtin.py for the table of kinds, apps/forward_auth/ for one of them
"""
