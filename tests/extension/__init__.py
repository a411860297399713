"""A method and a store of one file each, and the proof that nothing else is needed."""
