"""The configured network admits no flow between the realms that is not declared, and none is observed.

The estate's files cannot tell what a network admits: only configurations (read and proved) and flow records can
judge this, so without them the finding is unknown.
"""
