"""The serving container's contract: /ping, /invocations and /execution-parameters over the user's or the built-in model."""
