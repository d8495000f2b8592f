"""One function for each thing that a person can ask; it wires the rooms together and computes nothing itself."""
