"""JAX and the devices that it computes on: those asked for must be there.

Source: JAX's documentation of `JAX_PLATFORMS`.
"""

from __future__ import annotations

import collections

from experiments.errors import Mistake, mistakes


def import_jax() -> None:
    """Imports JAX, which reads its environment variables then.

    Raises:
        Mistake: one has a value that JAX does not take.

    Example:
        >>> import_jax()
    """
    with mistakes("a variable of the environment"):
        import jax  # noqa: F401


def require_devices() -> None:
    """Makes JAX take up its devices; where those asked for are absent, says which there are.

    Where JAX is to be told of other processes (`jax.distributed.initialize`), that comes before.

    Raises:
        Mistake: `JAX_PLATFORMS` names what is not on this machine.

    Example:
        >>> require_devices()
    """
    import jax

    asked = getattr(jax.config, "jax_platforms", None)  # which its annotations do not know
    try:
        jax.devices()
        for name in (asked or "").split(","):  # of several, JAX passes over one without a plugin
            jax.devices(name.strip() or None)
    except (RuntimeError, AssertionError) as error:  # of cuda without its plugin, JAX says nothing at all
        if not asked:
            raise
        reason = str(error).partition("\n")[0].partition(" (set JAX_PLATFORMS")[0].rstrip(".")
        told = f" ({reason})" if reason else ""
        raise Mistake(
            f"JAX_PLATFORMS={asked}: there is no such device on this machine{told}; it has {_there()}. Give "
            f"one of these, leave JAX_PLATFORMS out to take the best there is, or install JAX for the device "
            f"asked for (`pip install 'jax[cuda12]'`, say)"
        ) from None


def _there() -> str:
    """The devices that there are, by platform and kind."""
    import jax

    jax.config.update("jax_platforms", None)
    try:
        found = collections.Counter((device.platform, device.device_kind) for device in jax.devices())
    except (RuntimeError, AssertionError):
        return "none that JAX can use"
    return ", ".join(
        f"{platform} ({number} × {kind})" if kind.lower() != platform else f"{platform} ({number})"
        for (platform, kind), number in found.items()
    )
