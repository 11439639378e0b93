"""WHAT WAS OBJECTED: a unit's objection to a line of a board in its window, and the office's answer."""
