"""Writes the tables of official files, models' zoo.tsv and zoo-unsupported.tsv.

    python tools/zoo/make_zoo.py MASKFORMER MASK2FORMER

where the two are checkouts of facebookresearch/MaskFormer (da3e60d) and facebookresearch/Mask2Former (9b0651c). Only the
tables of their MODEL_ZOO.md are read: metric and address. Names on the Hugging Face hub follow the rule of the
scripts that made those files: there are the Swin ones of Mask2Former, and of MaskFormer those that are listed below.
"""
import pathlib
import re
import sys

TARGET = pathlib.Path(__file__).parents[2] / "models/src/main/resources/dev/maskforge/models"
PREFIX = "https://dl.fbaipublicfiles.com/maskformer/"
DATASETS = ["cityscapes", "ade20k", "coco", "coco-stuff-10k", "ade20k-full", "mapillary-vistas"]
TASKS = ["semantic", "panoptic", "instance"]
METRICS = {"semantic": "mIoU", "panoptic": "PQ", "instance": "AP"}
SIZES = {"T": "tiny", "S": "small", "B": "base", "B-IN21k": "base-IN21k", "L": "large"}
MASKFORMER_HUB = {("ade20k", "semantic"): "ade", ("coco", "panoptic"): "coco", ("coco-stuff-10k", "semantic"): "coco-stuff",
                  ("ade20k-full", "semantic"): "ade20k-full", ("cityscapes", "semantic"): "cityscapes",
                  ("mapillary-vistas", "semantic"): "vistas"}
MASK2FORMER_HUB = {"ade20k": "ade"}


def rows(checkout):
    """Each row's cells by the titles of its table, and its address."""
    for table in re.findall(r"<table>(.*?)</table>", (pathlib.Path(checkout) / "MODEL_ZOO.md").read_text(), re.DOTALL):
        titles = [re.sub(r"<[^>]*>", "", title) for title in re.findall(r"<th[^>]*>(.*?)</th>", table)]
        for body in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL):
            cells = [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", body)]
            address = re.search(r'"(https:[^"]*/model_final_[0-9a-f]{6}\.pkl)"', body).group(1)
            assert address.startswith(PREFIX) and len(cells) == len(titles), (address, cells)
            yield dict(zip(titles, cells)), address.removeprefix(PREFIX)


def backbone(path, architecture):
    """From the configuration's name: two cells of the tables are wrong (0b3cc8 is no R50, 92dae9 neither)."""
    swin = re.search(r"_swin_([a-z]+)(_IN21k)?_", path)
    if not swin:
        return re.search(r"_(R50|R101c?)_", path).group(1)
    name = "Swin-" + swin.group(1)[0].upper()
    # There are two of Swin-B in Mask2Former's tables only.
    return name + "-IN21k" if swin.group(2) and name == "Swin-B" and architecture == "Mask2Former" else name


def trained_on(path):
    parts = path.split("/")
    if parts[0] == "mask2former":
        return parts[1].replace("_", "-"), parts[2]
    task, dataset = parts[0].split("-", 1)
    return dataset, task


def hub(architecture, dataset, task, name):
    if name.startswith("Swin-"):
        body = f"swin-{SIZES[name.removeprefix('Swin-')]}"
    elif architecture == "MaskFormer" and name in ("R50", "R101") and task == "semantic":
        body = f"resnet{name[1:]}"
    else:
        return ""
    if architecture == "MaskFormer":
        return f"facebook/maskformer-{body}-{MASKFORMER_HUB[dataset, task]}"
    if (dataset, task) == ("ade20k", "instance"):
        return ""
    return f"facebook/mask2former-{body}-{MASK2FORMER_HUB.get(dataset, dataset)}-{task}"


def digits(path):
    return re.search(r"model_final_([0-9a-f]{6})", path).group(1)


def main(maskformer, mask2former):
    supported, unsupported = [], []
    for architecture, checkout in (("MaskFormer", maskformer), ("Mask2Former", mask2former)):
        for cells, path in rows(checkout):
            name = backbone(path, architecture)
            if path.startswith("video_mask2former/"):
                unsupported.append((digits(path), "video", path.split("/")[1].replace("_", "-"), name, path))
            elif "per_pixel_baseline" in path:
                unsupported.append((digits(path), "per-pixel", trained_on(path)[0], name, path))
            else:
                dataset, task = trained_on(path)
                supported.append((digits(path), architecture, dataset, task, name, METRICS[task], cells[METRICS[task]], path,
                                  hub(architecture, dataset, task, name)))
    supported.sort(key=lambda row: (row[1] != "MaskFormer", DATASETS.index(row[2]), TASKS.index(row[3])))
    write("zoo.tsv", ["md5", "architecture", "dataset", "task", "backbone", "metric", "published", "path", "hugging face"], supported)
    write("zoo-unsupported.tsv", ["md5", "kind", "dataset", "backbone", "path"], unsupported)


def write(name, titles, table):
    assert len({row[0] for row in table}) == len(table)
    (TARGET / name).write_text("".join("\t".join(row) + "\n" for row in [titles, *table]))
    print(f"{name}: {len(table)} files")


if __name__ == "__main__":
    main(*sys.argv[1:])
