"""Checks: whether a server, or a client, keeps a provider's promise. What they need is handed to them."""
