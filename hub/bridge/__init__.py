"""The bridge: a reverse proxy of its own process, before older systems that know only their own login form (`form_login`).

Owns       the old sessions of people, sealed in the expiring store; signing in by their form; the pages at /_gapura/akun and /_gapura/aset
Serves     every application host of a `form_login` connector, on one address (`gapura bridge`)
May use    connectors.apps.form_login, idp.vault, idp.gate.records, hub.resources, kit
Never      decides who may pass: it asks /gerbang/periksa of the hub about each request, as nginx would; gives an old cookie to a browser
Start at   app.py for the order of steps, entering.py for sign-in, run.py for the process
"""
