"""WHAT LEAVES THE HOUSE: numbered messages, delivered at least once on every channel."""
