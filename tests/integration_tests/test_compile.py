import pytest


@pytest.mark.compile
def test_the_integration_tests_can_be_imported() -> None:
    """`pytest -m compile` collects, and so imports, every file and runs nothing."""
