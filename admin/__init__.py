"""The console: what operators may do, done the same by page, API and command line.

Owns       operators' permissions, actions, console pages, admin API
Serves     /admin/*
May use    idp (not its endpoints), consent, connectors, kit
Never      calls an endpoint of idp, knows portal, shows a personal value unmasked or a secret twice
Start at   permissions.py for who may, actions/ for what is done, room.py for the routes
"""
