"""The ComfyUI that stands behind a provider: what it says alike wherever it stands."""
