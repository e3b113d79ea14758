"""The shipped project for the tests of the plan, by the fixtures of the stacks' tests."""

from collections.abc import Callable

import pytest

from tests.cluster.conftest import Kubectl, kubectl
from tests.cluster.stacks.conftest import make_project, project

__all__ = ["make_project", "project"]


@pytest.fixture(scope="module")
def kubectl_of_module() -> Callable[..., Kubectl]:
    """Return what makes a `kubectl` for a sandbox, for fixtures of a whole module."""
    return kubectl
