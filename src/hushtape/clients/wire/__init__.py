"""What HTTP/1 adapters share: framing, tee, rendering, playback. No client is imported here."""
