"""The fictional county 云溪县: its units, scheme and a year of projects told by a seeded generator."""
