"""Which process is at a run: its computer, its number, and when it was born."""

from __future__ import annotations


def me() -> str:
    """This process, as a run's owner is written."""
    import platform

    import psutil

    process = psutil.Process()
    return f"{platform.node()}:{process.pid}:{process.create_time():.2f}"


def alive(owner: str, *, elsewhere: bool = True) -> bool:
    """Whether the process that owns a run still lives.

    One on another machine cannot be asked, and is taken to live if `elsewhere`.
    """
    import platform

    import psutil

    if not owner:
        return False
    try:
        node, pid, born = owner.rsplit(":", 2)
        if node != platform.node():
            return elsewhere
        process = psutil.Process(int(pid))
        # Clocks are adjusted: a second's difference is still the same process.
        same = abs(process.create_time() - float(born)) < 1.0
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, ValueError):
        return False
