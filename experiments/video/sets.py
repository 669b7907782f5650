"""Tracks that others recorded: where they lie, and what their columns are.

They are looked for in the folder that the environment variable `EMBEDLAB_DATA` names, by default `data`:
`video_hand_gesture/`, as in `model/` of github.com/Kazuhito00/hand-gesture-recognition-using-mediapipe.
"""

from __future__ import annotations

from experiments.data.originals import HAND_GESTURES
from experiments.video.tracks import TrackFile

_POINTS = ("x", "y")


def finger_tracks() -> TrackFile:
    """5,296 tracks of a fingertip over 16 frames of webcam video: it rests, moves, or goes round either way.

    Example:
        >>> finger_tracks().full_header[:4]
        ('label', 'x0', 'y0', 'x1')
    """
    path = HAND_GESTURES.path("point_history.csv")
    return TrackFile(path, header=("label", *_POINTS), coordinates=_POINTS, frames=16)


def hand_poses() -> TrackFile:
    """4,450 poses of a hand, 21 landmarks each in place of frames: open, closed, or pointing.

    Example:
        >>> len(hand_poses().full_header)
        43
    """
    path = HAND_GESTURES.path("keypoint.csv")
    return TrackFile(path, header=("label", *_POINTS), coordinates=_POINTS, frames=21)
