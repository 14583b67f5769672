"""The ComfyUI of an account."""
ROUTES = {}
