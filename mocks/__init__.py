"""The stand-ins: an engine that knows no HTTP, the wire, and one dialect a provider."""
