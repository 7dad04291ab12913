"""What tests share: real servers on loopback, a throw-away certificate authority, observations.

Nothing here knows hushtape, so what these helpers report is what a program would see without it.
Called by: tests of every room.
"""
