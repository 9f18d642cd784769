"""HTTP client: certificates, proxies, pacing, retry."""
