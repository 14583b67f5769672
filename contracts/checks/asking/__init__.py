"""What a check asks: fixed tapes, lives by chance, and whatever a generator of schemas thinks of."""
