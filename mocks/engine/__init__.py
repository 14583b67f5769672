"""What happens: time, tasks, scripts, faults, media and money; no HTTP, no provider."""
