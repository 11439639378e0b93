"""A scheme's document as people fill it in, read it and compare it: everything follows from its one JSON Schema."""
