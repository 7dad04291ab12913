"""What HTTP/1 adapters share: framing, tee, rendering, playback.

Lives here: the wire's side of an adapter, one subject a module. Must not: import a client, or decide.
Called by: the adapters of the clients room.
"""
