"""Programs that others wrote, against a running Gapura: nginx, Apache with mod_auth_openidc, Node with openid-client, Chromium."""
