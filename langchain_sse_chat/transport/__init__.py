"""Send requests and read responses: HTTP clients, connections and timeouts.

Nothing here knows what the bytes mean. An `Exchange` decides what to send and how to
react to a failure; a `Receiver` reads the bytes of a response.
"""
