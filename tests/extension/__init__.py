"""Two methods and a store that are new files only, and the proof that nothing else is needed."""
