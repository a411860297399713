"""Values: frozen, typed, standard library only. Each module holds one family of them."""
