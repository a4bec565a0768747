"""What every program of Telar's Python images shares: the container's paths, the user's code, its requirements."""
