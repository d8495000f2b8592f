"""The data that Wikimedia publishes about its network (Puppet's Hiera, DNS zones), as an estate.

The disk is read by :mod:`tree` and written by :mod:`folder`, and by nothing else here; between them, every
function computes from what it is given. A kind of record is one file in :mod:`importers`.
"""

from isthmus.sources.wikimedia.emit import ESTATE, emit
from isthmus.sources.wikimedia.folder import RECORD, FolderTaken, check_folder, write_folder
from isthmus.sources.wikimedia.importing import Importing, import_tree, wanted
from isthmus.sources.wikimedia.outcomes import Refused, Tally, Unresolved
from isthmus.sources.wikimedia.realms import ROLES
from isthmus.sources.wikimedia.tree import SourceMissing, Tree, read_tree

__all__ = [
    "ESTATE", "RECORD", "ROLES", "FolderTaken", "Importing", "Refused", "SourceMissing", "Tally", "Tree",
    "Unresolved", "check_folder", "emit", "import_tree", "read_tree", "wanted", "write_folder",
]  # fmt: skip
