"""What it is worth: facts and rules in, standings out; standard library only, exact, no clock."""
