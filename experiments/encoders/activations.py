"""The activations that encoders know by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import jax
import jax.numpy as jnp

#: All of them rise: the maximum of activations is the activation of the maximum.
Activation = Literal["relu", "tanh"]

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {"relu": jax.nn.relu, "tanh": jnp.tanh}
