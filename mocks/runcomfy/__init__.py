"""RunComfy's manners: flat REST, two vocabularies, one bearer token."""
