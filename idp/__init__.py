"""The OpenID provider: it decides whether an application may learn who someone is.

Owns       people, sign-in, sessions, interactions, applications, codes, tokens, signing keys, sign-out
Serves     /authorize /par /token /userinfo /introspect /revoke /logout /jwks /.well-known/* /masuk /lanjut /persetujuan /gerbang /_gapura
           /device_authorization /perangkat /check_session /register /logo /panggil /keluar/aplikasi /api/* /duties/*
May use    consent, connectors.contract, connectors.registry, kit
Never      names a connector kind, writes SQL, reads the environment
Start at   interaction/next_step.py for the decision, endpoints/authorize.py for how a request comes in
"""
