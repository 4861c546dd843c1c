"""The gate: how people enter applications behind a reverse proxy, whatever their kind. It knows capabilities, never a kind by name."""
