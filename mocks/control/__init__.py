"""The control plane: what a Python test can do by its handle, any language can do over HTTP."""
