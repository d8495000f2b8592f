"""The folder of importers: each file is one, says what it reads, and finds the others that it names."""

from importlib import import_module
from pathlib import Path

import pytest

from isthmus.sources.wikimedia import importers as folder
from isthmus.sources.wikimedia.importer import Importer, importers

MODULES = sorted(path.stem for path in Path(next(iter(folder.__path__))).glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("name", MODULES)
def test_each_file_is_one_importer_that_says_what_it_reads(name: str) -> None:
    module = import_module(f"{folder.__name__}.{name}")

    assert isinstance(module.IMPORTER, Importer)
    assert module.IMPORTER.name == name.replace("_", "-")
    assert module.__doc__
    assert "``" in module.__doc__ or "Hiera" in module.__doc__, "the docstring names the file or key that it reads"
    assert len(module.IMPORTER.title) <= 40, "the title fits a table"


def test_all_are_found_and_each_comes_after_those_it_builds_on() -> None:
    names = [each.name for each in importers()]

    assert sorted(names) == [name.replace("_", "-") for name in MODULES]
    for each in importers():
        assert all(names.index(other) < names.index(each.name) for other in each.after)


def test_no_two_importers_read_one_key() -> None:
    keys = [key for each in importers() for key in each.keys]

    assert sorted(keys) == sorted(set(keys))
