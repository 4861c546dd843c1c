"""What stands in Apache's configuration for one connector, and the script that asks. tests/peers runs both in a real Apache.

Apache has no module that asks another server about each request; mod_lua has a hook in which a script can. The script reaches Gapura
through a host of the same Apache that only this machine sees: Apache, not the script, checks the hub's certificate and keeps connections.
"""

from __future__ import annotations

from connectors.apps.forward_auth.settings import EXAMPLE_UPSTREAM, ForwardAuthSettings

LOOPBACK = "127.0.0.1:8061"
SCRIPT_FILE, SITE_FILE = "/etc/apache2/gapura-gerbang.lua", "/etc/apache2/sites-available/gapura.conf"
VERIFIED = """
    SSLProxyEngine on
    SSLProxyVerify require
    SSLProxyCheckPeerName on
    SSLProxyCACertificateFile /etc/ssl/certs/ca-certificates.crt"""
SCRIPT = """\
-- Asks Gapura about every request. Whatever is unclear is refused.
local socket = require "socket"
local HOST, ADDRESS, PORT = "{host}", "{address}", {port}
local OWNED = {{ {owned} }}   -- only the gate may set these

local function ask(r)
  local wire = socket.tcp()
  wire:settimeout(5)
  if not wire:connect(ADDRESS, PORT) then return nil end
  local asked = {{ "GET /gerbang/periksa HTTP/1.0", "Host: " .. ADDRESS, "X-Gapura-Host: " .. HOST,
    "X-Gapura-Method: " .. r.method, "X-Gapura-Uri: " .. r.unparsed_uri }}
  if r.headers_in["Cookie"] then asked[#asked + 1] = "Cookie: " .. r.headers_in["Cookie"] end
  for _, line in ipairs(asked) do
    if line:find("[%c]") then wire:close() return nil end
  end
  wire:send(table.concat(asked, "\\r\\n") .. "\\r\\n\\r\\n")
  local status = tonumber((wire:receive("*l") or ""):match("^HTTP/1%.%d (%d%d%d)"))
  local found, cookies, line = {{}}, {{}}, wire:receive("*l")
  while line and line ~= "" do
    local name, value = line:match("^([^:]+):%s*(.-)%s*$")
    if name and name:lower() == "set-cookie" then cookies[#cookies + 1] = value
    elseif name then found[name:lower()] = value end
    line = wire:receive("*l")
  end
  wire:close()
  if not line then return nil end   -- the answer broke off
  return status, found, cookies
end

function gapura(r)
  local path = r.unparsed_uri:match("^[^?]*")   -- as it was sent: what is not exactly this is asked about
  if path == "/_gapura/kembali" or path == "/_gapura/keluar" then return apache2.DECLINED end
  for name in pairs(r:headers_in_table()) do
    local plain = name:lower():gsub("_", "-")
    if OWNED[plain] or plain:find("^x%-gapura%-") then r.headers_in[name] = nil end
  end
  local status, found, cookies = ask(r)
  if status == 200 then
    for name in pairs(OWNED) do
      if found[name] and found[name] ~= "" then r.headers_in[name] = found[name] end
    end
    return apache2.OK
  end
  if status == 302 and found["location"] then
    r.err_headers_out["Location"] = found["location"]
    r.err_headers_out["Cache-Control"] = "no-store"
    if cookies[1] then r.err_headers_out["Set-Cookie"] = cookies[1] end   -- the mark, without which no sign-in comes to its end
    return 302
  end
  return status == 403 and 403 or 503
end
"""
SITE = """\
# a2enmod lua proxy proxy_http headers ssl; apt install lua-socket
Listen {loopback}
<VirtualHost {loopback}>
    ServerName gapura-gerbang.localhost
    ProxyPass /gerbang/periksa {issuer}/gerbang/periksa{verified}
</VirtualHost>

<VirtualHost {listen}>
    ServerName {hostname}{own}
    LuaHookAccessChecker {script} gapura
    ProxyPassMatch "^(/_gapura/(?:kembali|keluar))$" {issuer}$1
    <LocationMatch "^/_gapura/(kembali|keluar)$">
        ProxyPreserveHost Off
        RequestHeader set X-Gapura-Host {host}
    </LocationMatch>{verified}
    ProxyPass / {upstream}/ nocanon
    ProxyPreserveHost On
</VirtualHost>
"""
OWN_CERTIFICATE = """
    SSLEngine on
    SSLCertificateFile /etc/ssl/certs/{hostname}.pem
    SSLCertificateKeyFile /etc/ssl/private/{hostname}.key"""


def apache(settings: ForwardAuthSettings, issuer: str) -> str:
    """Return the two files one after the other, each under a line with its name."""
    return f"-- {SCRIPT_FILE}\n{script(settings)}\n# {SITE_FILE}\n{site(settings, issuer)}"


def script(settings: ForwardAuthSettings) -> str:
    address, _, port = LOOPBACK.partition(":")
    owned = ", ".join(f'["{name.lower()}"] = true' for name in settings.owned)
    return SCRIPT.format(host=settings.host, address=address, port=port, owned=owned)


def site(settings: ForwardAuthSettings, issuer: str) -> str:
    hostname, _, port = settings.host.partition(":")
    secure = settings.base_url.startswith("https:")
    return SITE.format(
        loopback=LOOPBACK,
        issuer=issuer,
        verified=VERIFIED if issuer.startswith("https:") else "",
        listen=f"*:{port or (443 if secure else 80)}",
        hostname=hostname,
        own=OWN_CERTIFICATE.format(hostname=hostname) if secure else "",
        script=SCRIPT_FILE,
        host=settings.host,
        upstream=settings.upstream or EXAMPLE_UPSTREAM,
    )
