"""The flow passes the edges of both realms, where it is seen like any internet peer; the realms are not bridged.

Declarations cannot show the path of a packet: only configurations (proved) and real packets (in the lab) can judge
this, so without them the finding is unknown.
"""
