#!/usr/bin/env python3
"""Measures PyTorch (eager, torch.compile), and ONNX Runtime and OpenVINO on the plain export, as `maskforge bench` does.

    bench.py CHECKPOINT --images DIR [--sizes 128x256,256x512,512x1024] [--runtimes eager,compile,onnxruntime,openvino,openvino-int8]
             [--device cpu|cuda] [--precisions fp32,tf32,fp16] [--batch N] [--threads N] [--warmup N] [--runs N] [--exports DIR]
             [--calibration DIR] [-o FILE.json]

`openvino-int8` is the plain export quantised by NNCF as its documentation has it, with ranges from the pictures of
--calibration; the time that takes is part of its build.

All runtimes have the same weights, see the same pictures, take turns in one process, and are compared with PyTorch in
float32 on the CPU. fp32 means that TF32 is off; tf32 and fp16 (autocast) are PyTorch's on a GPU, a row each. A time ends when
the device is done. The plain exports are made where they are not in --exports yet (export_plain.py, which alone needs onnx).
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

RUNTIMES = ["eager", "compile", "onnxruntime", "openvino"]
ON_PLAIN = {"onnxruntime", "openvino", "openvino-int8"}
PRECISIONS = ["fp32", "tf32", "fp16"]
ENDINGS = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}


class Autocast(torch.nn.Module):
    """A network that computes in float16 where PyTorch thinks that it can."""

    def __init__(self, segmentation):
        super().__init__()
        self.segmentation = segmentation

    def forward(self, image):
        with torch.autocast("cuda", dtype=torch.float16):
            return self.segmentation(image)


class Pytorch:
    """The module itself, or what torch.compile makes of it, in one precision."""

    def __init__(self, segmentation, options, compiled, precision):
        self.device, self.precision = options.device, precision
        self.set_precision()
        module = segmentation.to(options.device)
        self.module = Autocast(module) if precision == "fp16" else module
        # Not dynamic: else sizes after the first would get code for any size, which is slower.
        self.function = torch.compile(self.module, mode="reduce-overhead" if self.device == "cuda" else None, dynamic=False) if compiled else self.module
        self.libraries = f"PyTorch {torch.__version__}"

    def set_precision(self):
        """Subjects take turns, and PyTorch has one setting for all. Products that autocast leaves in float32 may be TF32."""
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = self.precision != "fp32"

    def wait(self):
        if self.device == "cuda":
            torch.cuda.synchronize()

    def run(self, pictures):
        self.set_precision()
        self.wait()
        watch = protocol.Stopwatch()
        image = torch.from_numpy(pictures).permute(0, 3, 1, 2).to(torch.float32).contiguous()
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
        labels = labels.numpy().astype(np.uint8)
        watch.end("postprocess")
        return labels, watch.nanoseconds


class OnNumpy:
    """Runtimes that take and give numpy's arrays on the CPU."""

    def run(self, pictures):
        watch = protocol.Stopwatch()
        image = numbers(pictures)
        watch.end("preprocess")
        labels = self.infer(image)
        watch.end("compute")
        labels = labels.astype(np.uint8)
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


class OpenVinoInt8(OpenVino):
    """`nncf.quantize` with its own settings but for what it must be told: that this is a transformer."""

    def __init__(self, path, options, size):
        import nncf
        import openvino

        pictures = [numbers(Picture(image, size).samples[None]) for image in images(options.calibration)]
        core = openvino.Core()
        quantised = nncf.quantize(core.read_model(str(path)), nncf.Dataset(pictures), subset_size=len(pictures),
                                  model_type=nncf.ModelType.TRANSFORMER)
        self.model = core.compile_model(quantised, "CPU", {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": options.threads})
        self.request = self.model.create_infer_request()
        self.libraries = f"OpenVINO {openvino.__version__}, NNCF {nncf.__version__}"


def numbers(samples):
    """Of pictures [N, H, W, 3] what the plain export takes."""
    return np.ascontiguousarray(samples.transpose(0, 3, 1, 2), dtype=np.float32)


def images(folder):
    for file in pictures_in(folder):
        with Image.open(file) as image:
            yield image.convert("RGB")


def pictures_in(folder):
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in ENDINGS)


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
    """A runtime with the pictures it is shown, opened and run until it has labelled each of them once."""

    def __init__(self, runtime, precision, options, segmentation, plain, pictures, size):
        self.name = f"{runtime}, plain" if runtime in ON_PLAIN else f"pytorch {runtime}{'' if precision == 'fp32' else f', {precision}'}"
        self.precision = "int8" if runtime == "openvino-int8" else precision
        self.batch = options.batch
        self.is_ready = runtime in ("onnxruntime", "openvino")    # opened as the file is, with nothing made of it
        self.pictures = pictures
        self.onnx = plain if runtime in ON_PLAIN else None
        memory, start = protocol.HighWaterMark(), time.perf_counter()
        if runtime == "onnxruntime":
            self.engine = OnnxRuntime(plain, options)
        elif runtime == "openvino":
            self.engine = OpenVino(plain, options)
        elif runtime == "openvino-int8":
            self.engine = OpenVinoInt8(plain, options, size)
        else:
            self.engine = Pytorch(segmentation, options, runtime == "compile", precision)
        if runtime == "compile":                            # it is the first run that compiles
            self.engine.run(self.in_turn(0))
        self.seconds = time.perf_counter() - start
        self.labels = []
        while len(self.labels) < len(pictures):
            self.labels += list(self.engine.run(self.in_turn(len(self.labels)))[0])
        self.memory = memory.fields()

    def in_turn(self, number):
        """The pictures of a run, [N, H, W, 3]."""
        return np.stack([self.pictures[(number + place) % len(self.pictures)].samples for place in range(self.batch)])

    def run(self, number):
        return self.engine.run(self.in_turn(number))[1]


def device_fields(device):
    if device == "cpu":
        name, clock = protocol.processor()
        return {"kind": "cpu", "name": name, "driver": None, "clocks": clock}
    fields = {"kind": "gpu", "name": torch.cuda.get_device_name(), "driver": None, "clocks": None}
    # By its name and not its number, which is another where CUDA_VISIBLE_DEVICES hides some.
    asked = ["nvidia-smi", "--query-gpu=driver_version,clocks.sm,clocks.mem", "--format=csv,noheader",
             f"--id=GPU-{torch.cuda.get_device_properties(torch.cuda.current_device()).uuid}"]
    try:
        driver, sm, memory = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip().split(", ")
    except (OSError, subprocess.CalledProcessError, ValueError):
        return fields
    return fields | {"driver": driver, "clocks": f"SM {sm}, memory {memory}"}


def fidelities(subjects, segmentation, pictures, checkpoint):
    """PyTorch's scores on the CPU, in float32, picture by picture."""
    found = [protocol.Agreement(f"{checkpoint.name}, PyTorch on the CPU") for _ in subjects]
    segmentation.to("cpu")
    for index, picture in enumerate(pictures):
        with torch.inference_mode():
            scores = segmentation.scores(torch.from_numpy(picture.samples).permute(2, 0, 1).to(torch.float32).unsqueeze(0))[0].numpy()
        content = np.s_[:picture.height, :picture.width]
        for agreement, subject in zip(found, subjects):
            for labels in subject.labels[index::len(pictures)]:
                agreement.add(scores[(slice(None), *content)], labels[content])
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
    plain = None
    if ON_PLAIN & set(options.runtimes):
        from export_plain import export, plain_name        # needs the onnx package, which PyTorch alone does not

        plain = options.exports / plain_name(options.checkpoint, size, options.batch)
        if not plain.exists():
            export(segmentation.to("cpu"), size, plain, batch=options.batch)
    torch.compiler.reset()                                 # what was compiled for the size before
    subjects = [Subject(runtime, precision, options, segmentation, plain, pictures, size) for runtime in options.runtimes
                for precision in (["fp32"] if runtime in ON_PLAIN else options.precisions)]
    rounds = protocol.measure(subjects, options.protocol, lambda line: print(f"{height}x{width} {line}", file=sys.stderr, flush=True))
    device = device_fields(options.device)
    results = []
    for subject, runs, fidelity in zip(subjects, rounds, fidelities(subjects, segmentation, pictures, options.checkpoint)):
        digest, artefact = networks.digest(subject.onnx or options.checkpoint)
        on_host = subject.onnx is not None
        results.append({
            "subject": subject.name,
            "setup": {"model": str(subject.onnx or options.checkpoint), "graph": digest, "engine": subject.name.split(",")[0], "libraries": subject.engine.libraries,
                      "device": device_fields("cpu") if on_host else device, "batch": options.batch, "height": height, "width": width,
                      "precision": subject.precision,
                      "threads": options.threads},
            "preparation": {"artefactBytes": artefact, "buildSeconds": None if subject.is_ready else subject.seconds,
                            "loadSeconds": subject.seconds if subject.is_ready else None, "memory": subject.memory},
            "protocol": options.protocol.fields(), "pictures": {"source": str(options.images), "count": len(pictures)},
            "nanoseconds": {"decode": [decode], **protocol.by_stage(runs)}, "work": None, "fidelity": fidelity})
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("--images", type=pathlib.Path, required=True, help="a folder of pictures; give the same to 'maskforge bench'")
    parser.add_argument("--sizes", type=sizes_of, default=sizes_of("128x256,256x512,512x1024"))
    parser.add_argument("--runtimes", type=lambda text: text.split(","), default=RUNTIMES)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="of PyTorch; the other two run on the CPU")
    parser.add_argument("--precisions", type=lambda text: text.split(","), default=["fp32"], help="of PyTorch: fp32, tf32, fp16, with commas between")
    parser.add_argument("--batch", type=int, default=1, help="pictures a run")
    parser.add_argument("--calibration", type=pathlib.Path, help="a folder of pictures, for openvino-int8; give the same to 'maskforge bench'")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--warmup", type=int)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--exports", type=pathlib.Path, default=pathlib.Path("exports"), help="where the plain exports are, or go")
    parser.add_argument("-o", "--out", type=pathlib.Path)
    options = parser.parse_args()
    for what, asked, known in (("runtime", options.runtimes, {*RUNTIMES, *ON_PLAIN}), ("precision", options.precisions, PRECISIONS)):
        if set(asked) - set(known):
            parser.error(f"there is no {what} {', '.join(sorted(set(asked) - set(known)))}, but {', '.join(sorted(known))}")
    if options.device == "cpu" and options.precisions != ["fp32"]:
        parser.error("on a CPU PyTorch is measured in fp32 alone; tf32 and fp16 are a GPU's")
    if "openvino-int8" in options.runtimes and not (options.calibration and pictures_in(options.calibration)):
        parser.error("openvino-int8 takes its ranges from pictures; name a folder of some with --calibration")
    if options.runs is not None and options.runs < protocol.ROUNDS:
        parser.error(f"--runs is at least {protocol.ROUNDS}, one a round")
    options.protocol = protocol.Protocol.of(options.device, options.warmup, options.runs)
    options.exports.mkdir(parents=True, exist_ok=True)
    files = pictures_in(options.images)
    if not files:
        parser.error(f"there are no pictures in {options.images}")
    torch.set_num_threads(options.threads)
    started = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    segmentation = networks.load(options.checkpoint)
    results = []
    for size in options.sizes:
        results += bench(options, segmentation, files, size)
        if options.out:                                    # after each size: a later one may fail for want of memory
            protocol.write(options.out, "tools/baseline/bench.py", started, ["bench.py", *sys.argv[1:]], results)
    print(protocol.table(results))


if __name__ == "__main__":
    main()
