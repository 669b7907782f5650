"""What of a config may change in a workdir: more of the same, which goes on with what is there."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from experiments.errors import Mistake

Json = dict[str, Any]


def extended(old: Json, new: Json) -> Json:
    """The old config with all in it that may have become more: the new one, if nothing else changed.

    More steps, further seeds and further rivals. Those that were there are to be as they were. Baselines may
    be turned off and on: what is trained is the same. The mesh may be any: on another it is the same
    experiment; as it is where seeds are trained together. So may what the data are called.

    Args:
        old: as `config.json` has it.
        new: in the same form.

    Example:
        >>> extended({"train": {"steps": 20}, "seeds": [0]}, {"train": {"steps": 30}, "seeds": [0, 1]})
        {'train': {'steps': 30}, 'seeds': [0, 1]}
        >>> extended({"train": {"steps": 20}, "seeds": [0]}, {"train": {"steps": 10}, "seeds": [1]})
        {'train': {'steps': 20}, 'seeds': [0]}
    """
    found = copy.deepcopy(old)
    if has_more_steps(old, new):
        found["train"]["steps"] = new["train"]["steps"]
    seeds = old.get("seeds")
    if isinstance(seeds, list) and all(seed in new.get("seeds", ()) for seed in seeds):
        found["seeds"] = new["seeds"]
    before, now = old.get("rivals"), new.get("rivals")
    if isinstance(before, dict) and isinstance(now, dict) and _kind(new) not in now.keys() - before.keys():
        found["rivals"] = {**now, **before}
    if isinstance(old.get("baselines"), bool) and "baselines" in new:
        found["baselines"] = new["baselines"]
    if "mesh" in new and _is_mesh(old.get("mesh")):
        found["mesh"] = new["mesh"]
    if "seeds_together" in new and isinstance(old.get("seeds_together", False), bool):
        found["seeds_together"] = new["seeds_together"]
    if isinstance(old.get("data"), dict) and "title" in new.get("data", {}):
        found["data"]["title"] = new["data"]["title"]
    if isinstance(old.get("data"), dict) and new.get("data", {}).get("second") == "":
        found["data"].setdefault("second", "")  # older than pairs of texts
    _extend_transfer(found, new)
    _extend_older(found, new)
    return found


def allowed(new: Json) -> str:
    """What `extended` lets in, to be told where something else changed; empty where that is nothing.

    Args:
        new: the config now.

    Example:
        >>> allowed({"seed": 0})
        ''
    """
    if "seeds" not in new:
        return ""
    return (
        "; only more steps, seeds, rivals and modes of vectors may come in, and another mesh, and baselines "
        "be turned off or on"
    )


def _extend_transfer(found: Json, new: Json) -> None:
    """What is older than pretrained vectors has none; other modes may be trained beside the one there is."""
    train, now = found.get("train"), new.get("train")
    if isinstance(train, dict) and isinstance(now, dict):
        for field in ("table_rate", "rows"):
            if now.get(field, 0) is None:
                train.setdefault(field, None)
    old, transfer = found.get("transfer"), new.get("transfer")
    if not isinstance(transfer, dict):
        return
    if "transfer" not in found and not transfer.get("vectors"):
        found["transfer"] = transfer
    beside = old.get("beside") if isinstance(old, dict) else None
    if isinstance(beside, list) and all(mode in transfer.get("beside", ()) for mode in beside):
        found["transfer"]["beside"] = transfer["beside"]


def _extend_older(found: Json, new: Json) -> None:
    """What is older than a setting had it turned off."""
    if "application" in found and new.get("fitted") is False:
        found.setdefault("fitted", False)
    if "prior" not in found and isinstance(new.get("prior"), dict) and not new["prior"].get("ratios"):
        found["prior"] = new["prior"]
    for group, field in (("text", "once"), ("kmers", "translate")):
        was, now = found.get(group), new.get(group)
        if isinstance(was, dict) and isinstance(now, dict) and now.get(field) is False:
            was.setdefault(field, False)


def _is_mesh(found: object) -> bool:
    """Whether a config has a mesh, or is older than meshes; not what was written into it by hand."""
    if found is None:
        return True
    sizes = [found.get("batch"), found.get("rows")] if isinstance(found, dict) and len(found) == 2 else [0]
    return all(isinstance(size, int) and size > 0 for size in sizes)


def has_more_steps(old: Json, new: Json) -> bool:
    """Whether a config has more steps than another."""
    before, now = _steps(old), _steps(new)
    return before is not None and now is not None and before < now


def has_other_baselines(old: Json, new: Json) -> bool:
    """Whether baselines are turned off in a config that had them, or on in one that had none."""
    return old.get("baselines", new.get("baselines")) != new.get("baselines")


def _steps(config: Json) -> int | None:
    """Those of a training; None where a config has none, as one that was edited by hand may."""
    train = config.get("train")
    steps = train.get("steps") if isinstance(train, dict) else None
    return steps if isinstance(steps, int) else None


def require_place(workdir: Path, old: Json, new: Json) -> None:
    """Refuses further runs where a single one is the workdir itself: its files would lie among theirs.

    Raises:
        Mistake: they are asked for.
    """
    if _is_alone(old) and not _is_alone(new):
        raise Mistake(
            f"--workdir {workdir}: it holds a single run, whose files lie in the folder itself, so that no "
            "other seeds or rivals have room beside it. Give another --workdir."
        )


def told(old: Json, new: Json, tied: tuple[str, ...]) -> str:
    """What is said of baselines that are turned off or on, and of more steps; empty where there is neither.

    Args:
        old: the config before.
        new: the config now.
        tied: fields of `train` whose effect depends on the number of steps.

    Example:
        >>> told({"baselines": True}, {"baselines": False}, ())
        'Baselines are turned off: no table has them; those that were run stay in their folder.'
    """
    return " ".join(part for part in (_of_baselines(old, new), _of_more_steps(old, new, tied)) if part)


def _of_baselines(old: Json, new: Json) -> str:
    if not has_other_baselines(old, new):
        return ""
    if new["baselines"]:
        return "Baselines are turned on: those that are not finished are run; what is trained stays."
    return "Baselines are turned off: no table has them; those that were run stay in their folder."


def _of_more_steps(old: Json, new: Json, tied: tuple[str, ...]) -> str:
    if not has_more_steps(old, new):
        return ""
    before, now = old["train"]["steps"], new["train"]["steps"]
    fields = " and ".join(f"train.{field}" for field in tied)
    warning = (
        f" {fields} {'is' if len(tied) == 1 else 'are'} tied to the number of steps: the first {before:,} "
        f"were taken as those of a run of {before:,}, so that a run of {now:,} from the start would differ."
        if tied
        else ""
    )
    return (
        f"Its runs go on from {before:,} steps to {now:,} at most; one that stopped early stays as it is."
        f"{warning}"
    )


def _is_alone(config: Json) -> bool:
    transfer = config.get("transfer")
    others = config.get("rivals") or (isinstance(transfer, dict) and transfer.get("beside"))
    return not others and len(config.get("seeds", ())) == 1 and config.get("folds", 0) < 2


def _kind(config: Json) -> str:
    """The name of the main embedding: with a rival of that name, it would be called otherwise."""
    return config.get("embedding", {}).get("type", "")
