"""Long work: rows that say what is to be done, how far it is, and what came of it."""
