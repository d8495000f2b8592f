"""Sets of packets followed through the devices of a network, there and back, until nothing new arrives anywhere.

`Reach` is a network ready to be asked, `journey` asks it; after a change, `Reach` is made after the one before.
"""
