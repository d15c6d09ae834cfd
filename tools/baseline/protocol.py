"""How `maskforge bench` measures, said again in Python, and the file that it writes (docs/benchmarks/README.md)."""
import json
import math
import pathlib
import platform
import re
import time

import numpy as np

ROUNDS = 3
FEWEST_RUNS_A_ROUND = 3
MARGIN = 0.02
FAINTEST = 1e-3                                             # a best score below says nothing, whatever its margin


def sizes_of(text):
    """`128x256,256x512` as pairs of height and width."""
    return [tuple(int(side) for side in size.split("x")) for size in text.split(",")]


class Protocol:
    """Warm-ups, runs that count, rounds, and the share of the median at which its 95 % interval is narrow enough."""

    def __init__(self, warmups, runs, rounds=ROUNDS, enough=None):
        self.warmups, self.runs, self.rounds, self.enough = warmups, runs, rounds, enough

    @staticmethod
    def of(device, warmups=None, runs=None):
        """5 warm-ups and up to 30 runs on a CPU, 50 and 180 on a GPU, unless said otherwise."""
        usual = Protocol(5, 30, enough=0.02) if device == "cpu" else Protocol(50, 180)
        return Protocol(usual.warmups if warmups is None else warmups, runs or usual.runs, enough=None if runs else usual.enough)

    def runs_of(self, turn):
        return self.runs // self.rounds + (turn < self.runs % self.rounds)

    def fields(self):
        return {"warmups": self.warmups, "runs": self.runs, "rounds": self.rounds, "enough": self.enough}


class Stopwatch:
    """Times stages from mark to mark."""

    def __init__(self):
        self.nanoseconds, self.mark = {}, time.perf_counter_ns()

    def end(self, stage):
        now = time.perf_counter_ns()
        self.nanoseconds[stage] = self.nanoseconds.get(stage, 0) + now - self.mark
        self.mark = now


def interval_width(samples):
    """Of the median's 95 % interval, as a share of the median; infinite below 6 samples."""
    ordered, below, rank = sorted(samples), 0, 0
    n = len(ordered)
    while True:
        below += math.comb(n, rank)
        if 40 * below > 2 ** n:
            break
        rank += 1
    return (ordered[n - rank] - ordered[rank - 1]) / float(np.median(ordered)) if rank else math.inf


def measure(subjects, protocol, say=print):
    """Rounds of each subject's runs, A B A B A B; a run is {stage: nanoseconds}.

    A subject has a `name` and `run(number)`, which takes picture after picture. Where there are several, a turn begins
    with a run that does not count.
    """
    rounds, numbers = [[] for _ in subjects], [0] * len(subjects)

    def run(index):
        numbers[index] += 1
        return subjects[index].run(numbers[index] - 1)

    for index, subject in enumerate(subjects):
        say(f"{subject.name}: warming up")
        for _ in range(protocol.warmups):
            run(index)
    for turn in range(protocol.rounds):
        for index, subject in enumerate(subjects):
            if len(subjects) > 1:
                run(index)
            runs = []
            rounds[index].append(runs)
            while len(runs) < protocol.runs_of(turn):
                runs.append(run(index))
                so_far = [total(each) for each_round in rounds[index] for each in each_round]
                if protocol.enough and len(runs) >= FEWEST_RUNS_A_ROUND and interval_width(so_far) < protocol.enough:
                    break
            say(f"{subject.name}: round {turn + 1}, median {np.median(so_far) / 1e6:.1f} ms of {len(so_far)} runs")
    return rounds


def total(run):
    return sum(time for stage, time in run.items() if stage != "decode")


def by_stage(rounds):
    """{stage: [round[nanoseconds]]}"""
    stages = list(rounds[0][0])
    return {stage: [[run[stage] for run in each] for each in rounds] for stage in stages}


class Agreement:
    """How far labels agree with those of scores, over all pixels and over those with a margin."""

    def __init__(self, reference):
        self.reference, self.classes = reference, set()
        self.pixels = self.equal = self.clear = self.clear_equal = 0

    def add(self, scores, labels):
        """scores [K, H, W], labels [H, W]"""
        best = np.sort(scores, axis=0)[-2:]
        right, clear = scores.argmax(0), (best[1] > FAINTEST) & (1 - best[0] / best[1] > MARGIN)
        equal = right == labels
        self.classes |= set(np.unique(right).tolist())
        self.pixels, self.equal = self.pixels + right.size, self.equal + int(equal.sum())
        self.clear, self.clear_equal = self.clear + int(clear.sum()), self.clear_equal + int((equal & clear).sum())

    def fields(self):
        return {"reference": self.reference, "pixels": self.pixels, "equal": self.equal, "clear": self.clear, "clearEqual": self.clear_equal,
                "classes": len(self.classes)}


class HighWaterMark:
    """The peak of resident memory above what there was at the start, where Linux can tell."""

    def __init__(self):
        try:
            pathlib.Path("/proc/self/clear_refs").write_text("5")
            self.before = self.kilobytes("VmRSS")
        except OSError:
            self.before = None

    @staticmethod
    def kilobytes(key):
        match = re.search(key + r":\s*(\d+)", pathlib.Path("/proc/self/status").read_text())
        return int(match[1])

    def fields(self):
        return self.before and {"bytes": max(0, self.kilobytes("VmHWM") - self.before) * 1024, "of": "subject"}


def processor():
    """Its name and its clock, as far as Linux says."""
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.machine(), None
    name, clock = re.search(r"model name\s*: (.*)", text), re.search(r"cpu MHz\s*: (.*)", text)
    return name[1].strip() if name else platform.machine(), f"{clock[1]} MHz" if clock else None


def machine():
    import os

    return {"processor": processor()[0], "processors": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}", "runtime": f"Python {platform.python_version()}"}


def write(path, tool, started, command, results):
    """`results` are dictionaries with the fields of docs/benchmarks/README.md."""
    content = {"version": 1, "tool": tool, "started": started, "command": command, "machine": machine(), "results": results}
    pathlib.Path(path).write_text(json.dumps(content, indent=1) + "\n")


def table(results):
    """A line for each result, in milliseconds from image to labels."""
    lines = [f"{'image to labels, ms':28} {'size':10} {'runs':>5} {'min':>9} {'p50':>9} {'p90':>9} {'p99':>9} {'images/s':>9}  agreement"]
    for result in results:
        runs = np.sum([np.concatenate(rounds) for stage, rounds in result["nanoseconds"].items() if stage != "decode"], axis=0) / 1e6
        fidelity, setup = result["fidelity"], result["setup"]
        agreement = "-" if fidelity is None else f"{fidelity['equal'] / fidelity['pixels']:.6f} of all, {fidelity['clearEqual']}/{fidelity['clear']} clear"
        p50, p90, p99 = np.percentile(runs, [50, 90, 99])
        lines.append(f"{result['subject']:28} {setup['height']}x{setup['width']:<6} {len(runs):5} {runs.min():9.2f} {p50:9.2f} {p90:9.2f} {p99:9.2f} "
                     f"{1000 * setup['batch'] / runs.mean():9.3f}  {agreement}")
    return "\n".join(lines)
