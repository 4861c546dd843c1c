"""Web plumbing that knows no domain: languages, cookies, CSRF, form parsing, page rendering, assets, problem responses."""
