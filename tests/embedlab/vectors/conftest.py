"""What the tests of vectors share: a way round the types of tests, to reach the library's own errors."""

from tests.embedlab.quality.conftest import unchecked

__all__ = ["unchecked"]
