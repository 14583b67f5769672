"""The files that are promised: each kind written field by field, with the card of its order inside."""
