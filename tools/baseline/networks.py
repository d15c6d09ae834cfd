"""MaskFormer and Mask2Former in PyTorch, by Hugging Face's modules, with the weights of a checkpoint.

A checkpoint is a Hugging Face folder, or a file under the official names (.pkl of Detectron2, .pth, .bin, .safetensors):
then the configuration follows from the tensors' shapes, and each tensor goes where its name belongs. In float32 these
modules agree with the original's to 1e-6 (class logits) and 6e-6 (mask logits).
"""
import hashlib
import math
import pathlib
import pickle
import re
import sys
import tempfile

import numpy as np
import safetensors.torch
import torch
import torch.nn.functional as F
import transformers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fixtures"))

import make_hugging_face as names  # noqa: E402  the table of names, and nothing else

MEAN, DEVIATION = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
STAGES = ["stage1", "stage2", "stage3", "stage4"]


class Segmentation(torch.nn.Module):
    """From a picture [N, 3, H, W], RGB from 0 to 255, to labels [N, H, W], as the original's semantic inference does it."""

    def __init__(self, network):
        super().__init__()
        self.network = network
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1), persistent=False)

    def scores(self, image):
        """[N, K, H, W]"""
        output = self.network(pixel_values=(image - self.mean) / self.deviation)
        classes = output.class_queries_logits.softmax(-1)[..., :-1]
        masks = F.interpolate(output.masks_queries_logits, size=image.shape[-2:], mode="bilinear", align_corners=False).sigmoid()
        return torch.einsum("bqc,bqhw->bchw", classes, masks)

    def forward(self, image):
        return self.scores(image).argmax(1)


def load(path):
    """The network of a checkpoint, on the CPU, in float32."""
    path = pathlib.Path(path)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    if path.is_dir():
        kind = transformers.AutoConfig.from_pretrained(path).model_type
        network = model_class(kind).from_pretrained(path, dtype=torch.float32)
    else:
        state = running_names(read(path))
        kind = "mask2former" if "sem_seg_head.predictor.query_feat.weight" in state else "maskformer"
        network = filled(model_class(kind)(config_of(state, kind)), state, kind)
    return Segmentation(network).eval()


def model_class(kind):
    classes = {"maskformer": transformers.MaskFormerForInstanceSegmentation, "mask2former": transformers.Mask2FormerForUniversalSegmentation}
    return classes[kind]


def digest(path):
    """SHA-256 of the file with the weights, and its size."""
    path = pathlib.Path(path)
    file = next(iter(sorted(path.glob("*.safetensors")) + sorted(path.glob("*.bin")))) if path.is_dir() else path
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest(), file.stat().st_size


def read(path):
    """Tensors by key. A pickle runs what its author wants: open only your own."""
    if path.suffix == ".pkl":
        with open(path, "rb") as file:
            state = pickle.load(file, encoding="latin1")
    elif path.suffix == ".safetensors":
        state = safetensors.torch.load_file(path)
    else:
        state = torch.load(path, map_location="cpu", weights_only=True)
    state = state.get("model", state)
    return {key: torch.from_numpy(np.asarray(value)) if not torch.is_tensor(value) else value for key, value in state.items()}


def running_names(state):
    """From the published names to those of the running model."""
    named = {}
    for key, tensor in state.items():
        key = key.replace("predictor.static_query.", "predictor.query_feat.")
        key = re.sub(r"^sem_seg_head\.(?!predictor\.|pixel_decoder\.)", "sem_seg_head.pixel_decoder.", key)
        named[key] = tensor
    return named


def count(state, pattern):
    """How many numbers stand in the place of the group."""
    return len({match[1] for match in (re.match(pattern, key) for key in state) if match})


def backbone_of(state):
    if "backbone.stem.conv1.weight" in state:
        stages = range(2, 6)
        sizes = [state[f"backbone.res{stage}.0.conv3.weight"].shape[0] for stage in stages]
        return transformers.ResNetConfig(embedding_size=state["backbone.stem.conv1.weight"].shape[0], hidden_sizes=sizes,
                                         depths=[count(state, rf"backbone\.res{stage}\.(\d+)\.") for stage in stages], out_features=STAGES)
    if "backbone.patch_embed.proj.weight" in state:
        tables = [state[f"backbone.layers.{stage}.blocks.0.attn.relative_position_bias_table"] for stage in range(4)]
        width = state["backbone.patch_embed.proj.weight"].shape[0]
        return transformers.SwinConfig(embed_dim=width, depths=[count(state, rf"backbone\.layers\.{stage}\.blocks\.(\d+)\.") for stage in range(4)],
                                       num_heads=[table.shape[1] for table in tables], window_size=(math.isqrt(tables[0].shape[0]) + 1) // 2,
                                       mlp_ratio=state["backbone.layers.0.blocks.0.mlp.fc1.weight"].shape[0] / width, out_features=STAGES)
    raise SystemExit("the backbone is neither a ResNet with a plain stem nor a Swin transformer: transformers cannot express it")


def config_of(state, kind):
    head, queries = "sem_seg_head.pixel_decoder.", "sem_seg_head.predictor."
    labels = {index: str(index) for index in range(state[queries + "class_embed.weight"].shape[0] - 1)}
    masks = state[head + "mask_features.weight"].shape[0]
    if kind == "maskformer":
        if any(key.startswith(head + "transformer.") for key in state):
            raise SystemExit("a pixel decoder with a transformer encoder: transformers cannot express it")
        layers = queries + "transformer.decoder.layers."
        decoder = transformers.DetrConfig(d_model=state[queries + "query_embed.weight"].shape[1], num_queries=state[queries + "query_embed.weight"].shape[0],
                                          decoder_layers=count(state, re.escape(layers) + r"(\d+)\."), decoder_attention_heads=8,
                                          decoder_ffn_dim=state[layers + "0.linear1.weight"].shape[0])
        return transformers.MaskFormerConfig(backbone_config=backbone_of(state), decoder_config=decoder, mask_feature_size=masks, id2label=labels,
                                             fpn_feature_size=state[head + "layer_4.weight"].shape[0])
    encoder, layers = head + "transformer.encoder.layers.", queries + "transformer_ffn_layers."
    return transformers.Mask2FormerConfig(
        backbone_config=backbone_of(state), id2label=labels, num_attention_heads=8, mask_feature_size=masks,
        num_queries=state[queries + "query_feat.weight"].shape[0], hidden_dim=state[queries + "query_feat.weight"].shape[1],
        feature_size=state[head + "input_proj.0.0.weight"].shape[0], encoder_layers=count(state, re.escape(encoder) + r"(\d+)\."),
        encoder_feedforward_dim=state[encoder + "0.linear1.weight"].shape[0], decoder_layers=count(state, re.escape(layers) + r"(\d+)\.") + 1,
        dim_feedforward=state[layers + "0.linear1.weight"].shape[0])


def filled(network, state, kind):
    """The same network with these weights. Fails where a name or a shape does not fit.

    The way leads through a file: names in files, which the table knows, are not those of the modules in memory.
    """
    with tempfile.TemporaryDirectory() as scratch:
        network.save_pretrained(scratch)
        file = pathlib.Path(scratch, "model.safetensors")
        weights = {key: weight(key, old, state, kind) for key, old in safetensors.torch.load_file(file).items()}
        safetensors.torch.save_file(weights, file, {"format": "pt"})
        network, report = type(network).from_pretrained(scratch, output_loading_info=True, dtype=torch.float32)
    if any(report[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys")):
        raise SystemExit(f"transformers does not take the weights: {report}")
    return network


def weight(key, old, state, kind):
    """What belongs under a name in Hugging Face's file."""
    if names.NOT_THERE.search(key):
        return old
    name, part = names.name_of(key, kind)
    if name not in state:
        if key.endswith(("num_batches_tracked", "empty_weight", "relative_position_index")):
            return old
        raise SystemExit(f"there is no '{name}' in the checkpoint, which {key} wants")
    tensor = state[name] if part is None else state[name].chunk(3)[part]
    if tensor.shape != old.shape:
        raise SystemExit(f"{name} is {list(tensor.shape)}, and {key} wants {list(old.shape)}")
    return tensor.to(old.dtype).contiguous().clone()
