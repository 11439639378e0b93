"""Doors for people and programs on the web."""
