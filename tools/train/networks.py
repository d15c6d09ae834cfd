"""The two sample networks, built from transformers' modules, and how their weights begin.

Both are narrower and shallower than the published models and have all their parts. Their ResNet keeps the stride in the
3x3 convolution and has batch norms of epsilon 1e-5, as the official configurations do, so that the official key scheme
describes them.
"""
import functools
import math

import torch
import transformers

SIZE = (256, 512)
CLASSES = ["road", "sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign", "vegetation", "terrain", "sky",
           "person", "rider", "car", "truck", "bus", "train", "motorcycle", "bicycle"]
THINGS = range(11, 19)
# The train id of each label id of Cityscapes; other labels are void.
TRAIN_IDS = {7: 0, 8: 1, 11: 2, 12: 3, 13: 4, 17: 5, 19: 6, 20: 7, 21: 8, 22: 9, 23: 10, 24: 11, 25: 12, 26: 13, 27: 14, 28: 15, 31: 16,
             32: 17, 33: 18}
FIRST_THING_LABEL = 24
VOID = 255
PIXEL_MEAN = [123.675, 116.280, 103.530]
PIXEL_STD = [58.395, 57.120, 57.375]
HIDDEN = 128
POINTS = 4
LEVELS = 3
HEADS = 8


def resnet():
    """ResNet-50, narrower: its blocks have 24 to 192 channels, where the published one has 64 to 512."""
    return transformers.ResNetConfig(embedding_size=64, hidden_sizes=[96, 192, 384, 768], depths=[3, 4, 6, 3], layer_type="bottleneck",
                                     out_features=["stage1", "stage2", "stage3", "stage4"])


def labels():
    return {"id2label": dict(enumerate(CLASSES)), "label2id": {name: index for index, name in enumerate(CLASSES)}}


def maskformer():
    decoder = transformers.DetrConfig(d_model=HIDDEN, decoder_layers=3, decoder_attention_heads=HEADS, num_queries=50, decoder_ffn_dim=512,
                                      dropout=0.0)
    return transformers.MaskFormerForInstanceSegmentation(transformers.MaskFormerConfig(
        backbone_config=resnet(), decoder_config=decoder, fpn_feature_size=HIDDEN, mask_feature_size=HIDDEN, **labels()))


def mask2former():
    return transformers.Mask2FormerForUniversalSegmentation(transformers.Mask2FormerConfig(
        backbone_config=resnet(), hidden_dim=HIDDEN, feature_size=HIDDEN, mask_feature_size=HIDDEN, num_queries=64,
        num_attention_heads=HEADS, encoder_layers=3, encoder_feedforward_dim=512, decoder_layers=7, dim_feedforward=512, dropout=0.0,
        **labels()))


BUILDERS = {"maskformer": maskformer, "mask2former": mask2former}


def build(name, seed):
    torch.manual_seed(seed)
    model = BUILDERS[name]()
    initialise(model)
    return model


@torch.no_grad()
def initialise(model):
    """Sets every weight, so that training begins alike with each version of transformers."""
    for name, part in model.named_modules():
        if isinstance(part, torch.nn.Conv2d):
            if ".pixel_level_module.encoder." in name:
                torch.nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")
            else:
                torch.nn.init.kaiming_uniform_(part.weight, a=1)
            if part.bias is not None:
                part.bias.zero_()
        elif isinstance(part, (torch.nn.BatchNorm2d, torch.nn.GroupNorm, torch.nn.LayerNorm)):
            part.weight.fill_(1)
            part.bias.zero_()
            if isinstance(part, torch.nn.BatchNorm2d):
                part.reset_running_stats()
        elif isinstance(part, torch.nn.Linear):
            torch.nn.init.xavier_uniform_(part.weight)
            if part.bias is not None:
                part.bias.zero_()
        elif isinstance(part, torch.nn.MultiheadAttention):
            torch.nn.init.xavier_uniform_(part.in_proj_weight)
            part.in_proj_bias.zero_()
        elif isinstance(part, torch.nn.Embedding):
            torch.nn.init.normal_(part.weight)
    for name, part in model.named_modules():
        if name.endswith(".layer.2.normalization"):
            part.weight.zero_()             # each bottleneck begins as the identity
        elif name.endswith("sampling_offsets"):
            part.weight.zero_()
            part.bias.copy_(first_offsets())
        elif name.endswith("attention_weights"):
            part.weight.zero_()
    for name, parameter in model.named_parameters():
        if name.endswith("decoder.level_embed"):
            torch.nn.init.normal_(parameter)


def first_offsets():
    """Heads look in 8 directions, and point i goes i + 1 pixels far (Deformable DETR)."""
    angles = torch.arange(HEADS) * (2 * math.pi / HEADS)
    directions = torch.stack([angles.cos(), angles.sin()], -1)
    directions = directions / directions.abs().amax(-1, keepdim=True)
    steps = torch.arange(1, POINTS + 1.0)
    return (directions[:, None, None, :] * steps[None, None, :, None]).expand(HEADS, LEVELS, POINTS, 2).reshape(-1)


class Predictions:
    """Class and mask logits of every layer of a model's decoder, the last one last."""

    def __init__(self, model):
        self.model = model
        self.states = []
        if isinstance(model, transformers.MaskFormerForInstanceSegmentation):
            for layer in model.model.transformer_module.decoder.layers:
                layer.register_forward_hook(self.keep)

    def keep(self, _, inputs, output):
        self.states.append(output[0] if isinstance(output, tuple) else output)

    def __call__(self, pixels):
        if isinstance(self.model, transformers.MaskFormerForInstanceSegmentation):
            return self.maskformer(pixels)
        outputs = self.model(pixel_values=pixels, output_auxiliary_logits=True)
        layers = [*outputs.auxiliary_logits, {"class_queries_logits": outputs.class_queries_logits, "masks_queries_logits": outputs.masks_queries_logits}]
        return torch.stack([layer["class_queries_logits"] for layer in layers]), torch.stack([layer["masks_queries_logits"] for layer in layers])

    def maskformer(self, pixels):
        """Intermediate states are normalised before they are judged, as the original does and transformers does not."""
        self.states.clear()
        embeddings = self.model.model(pixel_values=pixels).pixel_decoder_last_hidden_state
        states = self.model.model.transformer_module.decoder.layernorm(torch.stack(self.states))
        self.states.clear()
        return self.model.class_predictor(states), torch.einsum("lbqc,bchw->lbqhw", self.model.mask_embedder(states), embeddings)


def quicken(model):
    """For training: without what stalls or slows it. There is no dropout, so modes differ in batch norms alone."""
    model.train()
    for name, part in model.named_modules():
        if isinstance(part, torch.nn.MultiheadAttention):
            part.forward = functools.partial(part.forward, need_weights=False)
        elif type(part).__name__ == "Mask2FormerPixelDecoderEncoderLayer":
            part.eval()                     # in training it asks the device whether all values are finite


def normalised(pictures):
    """[N, 3, H, W] from 0 to 255 to what the networks take."""
    mean, deviation = (torch.tensor(values, device=pictures.device).view(1, 3, 1, 1) for values in (PIXEL_MEAN, PIXEL_STD))
    return (pictures.float() - mean) / deviation
