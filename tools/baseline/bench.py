#!/usr/bin/env python3
"""Measures PyTorch (eager, torch.compile), and ONNX Runtime and OpenVINO on the plain export, as `maskforge bench` does.

    bench.py CHECKPOINT --images DIR [--sizes 128x256,256x512,512x1024] [--runtimes eager,compile,onnxruntime,openvino]
             [--device cpu|cuda] [--threads N] [--warmup N] [--runs N] [--exports DIR] [-o FILE.json]

All runtimes have the same weights, see the same pictures, take turns in one process, and are compared with PyTorch in
float32. TF32 is off. The plain exports are made where they are not in --exports yet (export_plain.py).
"""
import argparse
import datetime
import pathlib
import subprocess
import sys
import time

import numpy as np
import torch
from PIL import Image

import networks
import protocol
from protocol import sizes_of

ENDINGS = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


class Pytorch:
    """The module itself, or what torch.compile makes of it."""

    def __init__(self, segmentation, options, compiled):
        self.device, self.module = options.device, segmentation.to(options.device)
        # Not dynamic: else sizes after the first would get code for any size, which is slower.
        self.function = torch.compile(self.module, mode="reduce-overhead" if self.device == "cuda" else None, dynamic=False) if compiled else self.module
        self.libraries = f"PyTorch {torch.__version__}"

    def wait(self):
        if self.device == "cuda":
            torch.cuda.synchronize()

    def run(self, picture):
        watch = protocol.Stopwatch()
        image = torch.from_numpy(picture).permute(2, 0, 1).to(torch.float32).unsqueeze(0).contiguous()
        watch.end("preprocess")
        if self.device == "cuda":
            image = image.to("cuda")
            self.wait()
            watch.end("transfer-in")
        with torch.inference_mode():
            labels = self.function(image)
        self.wait()
        watch.end("compute")
        if self.device == "cuda":
            labels = labels.cpu()
            watch.end("transfer-out")
        labels = labels[0].numpy().astype(np.uint8)
        watch.end("postprocess")
        return labels, watch.nanoseconds


class OnNumpy:
    """Runtimes that take and give numpy's arrays on the CPU."""

    def run(self, picture):
        watch = protocol.Stopwatch()
        image = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], dtype=np.float32)
        watch.end("preprocess")
        labels = self.infer(image)
        watch.end("compute")
        labels = labels[0].astype(np.uint8)
        watch.end("postprocess")
        return labels, watch.nanoseconds


class OnnxRuntime(OnNumpy):
    def __init__(self, path, options):
        import onnxruntime

        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads, settings.inter_op_num_threads = options.threads, 1
        self.session = onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
        self.libraries = f"ONNX Runtime {onnxruntime.__version__}"

    def infer(self, image):
        return self.session.run(["labels"], {"image": image})[0]


class OpenVino(OnNumpy):
    def __init__(self, path, options):
        import openvino

        self.model = openvino.Core().compile_model(str(path), "CPU", {
            "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": options.threads, "INFERENCE_PRECISION_HINT": "f32"})
        self.request = self.model.create_infer_request()
        self.libraries = f"OpenVINO {openvino.__version__}"

    def infer(self, image):
        return self.request.infer({0: image}, share_inputs=True, share_outputs=True)[0]


class Picture:
    """A picture fitted into the network's size by its own ratio, padded on the right and at the bottom with ImageNet's mean, as
    `maskforge bench` and `segment --size` do it; nobody is asked about the padding."""

    MEAN = (124, 116, 104)

    def __init__(self, image, size):
        height, width = size
        scale = min(height / image.height, width / image.width)
        self.height = max(1, min(height, int(scale * image.height + 0.5)))
        self.width = max(1, min(width, int(scale * image.width + 0.5)))
        canvas = Image.new("RGB", (width, height), self.MEAN)
        canvas.paste(image.resize((self.width, self.height), Image.Resampling.BILINEAR), (0, 0))
        self.samples = np.array(canvas)


class Subject:
    """A runtime with the pictures it is shown, opened and run once on each."""

    def __init__(self, runtime, options, segmentation, plain, pictures):
        self.name = f"{runtime}, plain" if runtime in ("onnxruntime", "openvino") else f"pytorch {runtime}"
        self.pictures = pictures
        self.onnx = plain if runtime in ("onnxruntime", "openvino") else None
        memory, start = protocol.HighWaterMark(), time.perf_counter()
        if runtime == "onnxruntime":
            self.engine = OnnxRuntime(plain, options)
        elif runtime == "openvino":
            self.engine = OpenVino(plain, options)
        else:
            self.engine = Pytorch(segmentation, options, runtime == "compile")
        if runtime == "compile":                            # it is the first run that compiles
            self.engine.run(pictures[0].samples)
        self.seconds = time.perf_counter() - start
        self.labels = [self.engine.run(picture.samples)[0] for picture in pictures]
        self.memory = memory.fields()

    def run(self, number):
        return self.engine.run(self.pictures[number % len(self.pictures)].samples)[1]


def device_fields(device):
    if device == "cpu":
        name, clock = protocol.processor()
        return {"kind": "cpu", "name": name, "driver": None, "clocks": clock}
    asked = ["nvidia-smi", "--query-gpu=driver_version,clocks.sm,clocks.mem", "--format=csv,noheader", f"--id={torch.cuda.current_device()}"]
    driver, sm, memory = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip().split(", ")
    return {"kind": "gpu", "name": torch.cuda.get_device_name(), "driver": driver, "clocks": f"SM {sm}, memory {memory}"}


def fidelities(subjects, segmentation, pictures, checkpoint):
    """PyTorch's scores on the CPU, in float32, picture by picture."""
    found = [protocol.Agreement(f"{checkpoint.name}, PyTorch on the CPU") for _ in subjects]
    segmentation.to("cpu")
    for index, picture in enumerate(pictures):
        with torch.inference_mode():
            scores = segmentation.scores(torch.from_numpy(picture.samples).permute(2, 0, 1).to(torch.float32).unsqueeze(0))[0].numpy()
        content = np.s_[:picture.height, :picture.width]
        for agreement, subject in zip(found, subjects):
            agreement.add(scores[(slice(None), *content)], subject.labels[index][content])
    return [agreement.fields() for agreement in found]


def bench(options, segmentation, files, size):
    height, width = size
    pictures, decode = [], []
    for file in files:
        start = time.perf_counter_ns()
        with Image.open(file) as image:
            image = image.convert("RGB")
        decode.append(time.perf_counter_ns() - start)
        pictures.append(Picture(image, size))
    plain = options.exports / f"{options.checkpoint.stem}-plain-{height}x{width}.onnx"
    if not plain.exists() and {"onnxruntime", "openvino"} & set(options.runtimes):
        from export_plain import export                    # needs the onnx package, which PyTorch alone does not

        export(segmentation.to("cpu"), size, plain)
    subjects = [Subject(runtime, options, segmentation, plain, pictures) for runtime in options.runtimes]
    rounds = protocol.measure(subjects, options.protocol, lambda line: print(f"{height}x{width} {line}", file=sys.stderr, flush=True))
    device = device_fields(options.device)
    results = []
    for subject, runs, fidelity in zip(subjects, rounds, fidelities(subjects, segmentation, pictures, options.checkpoint)):
        digest, artefact = networks.digest(subject.onnx or options.checkpoint)
        on_host = subject.onnx is not None
        results.append({
            "subject": subject.name,
            "setup": {"model": str(subject.onnx or options.checkpoint), "graph": digest, "engine": subject.name.split(",")[0], "libraries": subject.engine.libraries,
                      "device": device_fields("cpu") if on_host else device, "batch": 1, "height": height, "width": width, "precision": "fp32",
                      "threads": options.threads},
            "preparation": {"artefactBytes": artefact, "buildSeconds": None if on_host else subject.seconds,
                            "loadSeconds": subject.seconds if on_host else None, "memory": subject.memory},
            "protocol": options.protocol.fields(), "pictures": {"source": str(options.images), "count": len(pictures)},
            "nanoseconds": {"decode": [decode], **protocol.by_stage(runs)}, "work": None, "fidelity": fidelity})
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("--images", type=pathlib.Path, required=True, help="a folder of pictures; give the same to 'maskforge bench'")
    parser.add_argument("--sizes", type=sizes_of, default=sizes_of("128x256,256x512,512x1024"))
    parser.add_argument("--runtimes", type=lambda text: text.split(","), default=["eager", "compile", "onnxruntime", "openvino"])
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="of PyTorch; the other two run on the CPU")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--warmup", type=int)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--exports", type=pathlib.Path, default=pathlib.Path("exports"), help="where the plain exports are, or go")
    parser.add_argument("-o", "--out", type=pathlib.Path)
    options = parser.parse_args()
    unknown = set(options.runtimes) - {"eager", "compile", "onnxruntime", "openvino"}
    if unknown:
        parser.error(f"there is no runtime {', '.join(sorted(unknown))}")
    if options.runs is not None and options.runs < protocol.ROUNDS:
        parser.error(f"--runs is at least {protocol.ROUNDS}, one a round")
    options.protocol = protocol.Protocol.of(options.device, options.warmup, options.runs)
    options.exports.mkdir(parents=True, exist_ok=True)
    files = sorted(file for file in options.images.iterdir() if file.suffix.lower() in ENDINGS)
    if not files:
        parser.error(f"there are no pictures in {options.images}")
    torch.set_num_threads(options.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    started = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    segmentation = networks.load(options.checkpoint)
    results = []
    for size in options.sizes:
        results += bench(options, segmentation, files, size)
    if options.out:
        protocol.write(options.out, "tools/baseline/bench.py", started, ["bench.py", *sys.argv[1:]], results)
    print(protocol.table(results))


if __name__ == "__main__":
    main()
