"""Writes trained networks as the files that the samples are, and reads them back.

MaskFormer becomes a Detectron2 `.pkl` in the official key scheme, Mask2Former a Hugging Face folder. Large tensors are stored
as float16: what is measured afterwards is measured with these values.
"""
import copy
import json
import os
import pathlib
import pickle
import shutil
import sys
import tempfile

import numpy as np
import safetensors.torch
import torch

import networks

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fixtures"))
import make_checkpoint  # noqa: E402
import make_hugging_face  # noqa: E402

TRAINING_DATA = "synthetic street scenes only"      # what Maskforge says beside the model's answers
SMALL = 1024                    # elements; norms and biases are below, and stay float32


def halved(model):
    """A copy of the model on the CPU whose large tensors are float16."""
    model = copy.deepcopy(model).cpu().to(memory_format=torch.contiguous_format)
    for parameter in model.parameters():
        parameter.data = parameter.data.half() if parameter.numel() >= SMALL else parameter.data.float()
        parameter.data = parameter.data.contiguous()
    return model


def saved(model):
    """A model's tensors under the names that transformers has in files."""
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return safetensors.torch.load_file(folder + "/model.safetensors")


def joined(tensors, family):
    """Tensors under the names of the running original, as numpy arrays; projections of queries, keys and values are one."""
    named, thirds = {}, {}
    for key, tensor in tensors.items():
        name, part = make_hugging_face.name_of(key, family)
        if name.endswith("num_batches_tracked") or name.startswith("criterion."):
            continue                        # frozen batch norms do not count, and losses are for training
        array = np.ascontiguousarray(tensor.numpy())
        if part is None:
            named[name] = array
        else:
            thirds.setdefault(name, {})[part] = array
    return named | {name: np.concatenate([parts[third] for third in range(3)]) for name, parts in thirds.items()}


def official(tensors):
    """MaskFormer's tensors under the published names."""
    return make_checkpoint.published(joined(tensors, "maskformer"), ["drop-pixel-decoder"])


def write_official(model, path):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    with open(unfinished, "wb") as file:
        pickle.dump({"model": official(saved(halved(model))), "__author__": "Maskforge sample, trained on synthetic scenes",
                     "training_data": TRAINING_DATA}, file, 4)
    os.replace(unfinished, path)


def read_official(path):
    """The transformers model that an official file describes, in float32."""
    with open(path, "rb") as file:
        arrays = {running(name): array for name, array in pickle.load(file)["model"].items()}
    model = networks.BUILDERS["maskformer"]()
    tensors = {}
    for key, tensor in saved(model).items():
        name, part = make_hugging_face.name_of(key, "maskformer")
        if name in arrays:
            array = arrays[name] if part is None else np.split(arrays[name], 3)[part]
            tensors[key] = torch.from_numpy(array.astype(np.float32))
            assert tensors[key].shape == tensor.shape, key
    used = {make_hugging_face.name_of(key, "maskformer")[0] for key in tensors}
    assert used == arrays.keys(), used ^ arrays.keys()
    return load(model, tensors)


def running(name):
    """The running model's name: published files leave out `pixel_decoder.`."""
    head = "sem_seg_head."
    return name if not name.startswith(head) or name.startswith(head + "predictor.") else head + "pixel_decoder." + name[len(head):]


def load(model, tensors):
    """Like `model`, with these tensors under the names in files."""
    with tempfile.TemporaryDirectory() as folder:
        model.config.save_pretrained(folder)
        safetensors.torch.save_file(tensors, folder + "/model.safetensors", {"format": "pt"})
        return read_folder(type(model), folder)


def read_folder(kind, folder):
    model, report = kind.from_pretrained(folder, output_loading_info=True, dtype=torch.float32)
    missing = [key for key in report["missing_keys"] if not key.endswith(("num_batches_tracked", "criterion.empty_weight"))]
    assert not missing and not report["unexpected_keys"] and not report["mismatched_keys"], report
    return model.float().eval()


def read_mask2former(folder):
    return read_folder(type(networks.BUILDERS["mask2former"]()), folder)


def write_folder(model, folder):
    """As `save_pretrained` writes it, with the preprocessor that the training had."""
    folder = pathlib.Path(folder)
    unfinished = folder.with_name(folder.name + ".part")
    shutil.rmtree(unfinished, ignore_errors=True)
    halved(model).save_pretrained(unfinished)
    weights = unfinished / "model.safetensors"
    safetensors.torch.save_file(safetensors.torch.load_file(weights), weights, {"format": "pt", "training_data": TRAINING_DATA})
    (unfinished / "preprocessor_config.json").write_text(json.dumps(preprocessor(), indent=2, sort_keys=True) + "\n")
    folder.mkdir(parents=True, exist_ok=True)
    for file in unfinished.iterdir():
        file.chmod(0o644)
        os.replace(file, folder / file.name)
    unfinished.rmdir()


def preprocessor():
    height, width = networks.SIZE
    return {"image_processor_type": "Mask2FormerImageProcessor", "do_resize": True, "size": {"height": height, "width": width}, "resample": 2,
            "size_divisor": 32, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.485, 0.456, 0.406],
            "image_std": [0.229, 0.224, 0.225], "ignore_index": networks.VOID, "do_reduce_labels": False, "num_labels": len(networks.CLASSES)}


# The folder's name says the task and the data, as the names of the published models do.
FILES = {"maskformer": "maskformer-resnet-cityscapes.pkl", "mask2former": "mask2former-resnet-cityscapes-panoptic"}
WRITERS = {"maskformer": write_official, "mask2former": write_folder}
READERS = {"maskformer": read_official, "mask2former": read_mask2former}


def write(name, model, folder):
    WRITERS[name](model, pathlib.Path(folder) / FILES[name])


def read(name, folder):
    return READERS[name](pathlib.Path(folder) / FILES[name])
