"""Contestants in Python take turns; medians, and ratios to the first."""

import statistics
import sys
import time

SAMPLES, SAMPLE_NS = 21, 4_000_000

wrong = []


def timed(run, count):
    started = time.perf_counter_ns()
    for _ in range(count):
        run()
    return time.perf_counter_ns() - started


def repetitions(run):
    """So many that the clock's own steps vanish."""
    count = 1
    while timed(run, count) < SAMPLE_NS:
        count *= 2
    return count


def race(title, base, contestants, peers, samples=SAMPLES):
    """Medians, interleaved; the ratio to the base. Who makes something wrong is told, not timed."""
    peers = (peers,) if isinstance(peers, str) else peers
    print(f"\n  Python: {title}")
    fit = dict([base])
    for name, run, is_right in contestants:
        try:
            made = run()
            failure = None if is_right(made) else f"wrong: {made!r}"
        except Exception as error:  # A peer may fail; it is told in its row.
            failure = f"raises: {error!r}"
        if failure is None:
            fit[name] = run
        else:
            print(f"  {name:<42}{failure[:200]}")
            if name not in peers or failure.startswith("wrong"):
                wrong.append(name)
    counts = {name: repetitions(run) for name, run in fit.items()}
    times = {name: [] for name in fit}
    for _ in range(samples):
        for name, run in fit.items():
            times[name].append(timed(run, counts[name]) / counts[name])
    medians = {name: statistics.median(each) for name, each in times.items()}
    first = next(iter(medians.values()))
    for name, median in medians.items():
        print(f"  {name:<42}{median:>12.1f} ns {median / first:>10.2f}x")
    ours = [median for name, median in medians.items() if name.startswith("parabus")]
    fit_peers = [name for name in peers if name in medians]
    if ours and fit_peers:
        peer = min(fit_peers, key=medians.get)
        ahead = medians[peer] / min(ours)
        place = f"ahead of {peer} by {ahead:.2f}x" if ahead >= 1 else f"BEHIND {peer} by {1 / ahead:.2f}x"
        print(f"  {place}")


def finish():
    """Fails if anybody was wrong."""
    if wrong:
        sys.exit(f"wrong: {', '.join(wrong)}; the row says how")
