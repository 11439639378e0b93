"""What happened: projects, stage events, capital arrivals, returns, credits; added and reversed, never edited."""
