"""The tool room: what every other room needs and no domain owns.

Owns       clock, opaque secrets, sealing, URL rules, audit vocabulary, expiring-store contract, outbound HTTP, page plumbing
Serves     /aset/*
May use    nothing of ours
Never      imports a room, knows what a person, a client or a consent is
Start at   expiring.py for guards, the idea that ends tokens; web/pages.py for how a page is rendered
"""
