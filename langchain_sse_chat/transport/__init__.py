"""Moving bytes: requests, clients, clocks and retry arithmetic.

Nothing here knows what the bytes mean. The transport is handed an `Exchange`, which
says what to send and what to do about a failure, and `Receiver`s, which take the bytes.
"""
