"""What was said: gathering, publishing, verifying and correcting editions, and the standings in them."""
