"""The only readers of disk and network: folders of estates, editions of the guidelines, other people's data."""
