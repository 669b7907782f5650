"""Open, closed or pointing? 4,450 poses of a hand, its 21 landmarks in place of frames; 5 folds of blocks.

    EMBEDLAB_DATA=DIR python -m experiments.video configs/video_poses.py --workdir runs/video_poses

Result: not measured yet.
Time: not measured yet.
"""

import dataclasses

from configs import video
from experiments.video.config import VideoStudy
from experiments.video.sets import hand_poses


def config() -> VideoStudy:
    """Codes of where a landmark is, and of how it lies to the one before."""
    return dataclasses.replace(video.config(), data=hand_poses())
