"""RunComfy's Serverless API: workflows on instances of one's own."""
