"""RunComfy's Serverless API: deployments, the requests that they run, their instances, and news of how it goes."""
