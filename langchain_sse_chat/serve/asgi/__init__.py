"""The application and the response: routes, keys, limits, and the run of an answer."""
