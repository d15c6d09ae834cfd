"""Writes the class lists of the datasets, vision's classes/*.tsv.

    python tools/classes/make_classes.py MASK2FORMER DETECTRON2

where the two are checkouts of facebookresearch/Mask2Former (9b0651c) and facebookresearch/detectron2 (02b5c4e). Only
literals are read from them, nothing is run: names, ids, colours, and which classes are things.

Ids are those of the label files that the official evaluation reads, so a dataset has a list for each kind of file in
which they differ: ADE20K counts from 1 in its label pictures and from 0 in its panoptic ones, Mapillary Vistas the other
way around. Where a source has no colours, they are spread as ClassList does it.
"""
import ast
import math
import pathlib
import sys

REPOSITORY = pathlib.Path(__file__).parents[2]
TARGET = REPOSITORY / "vision/src/main/resources/dev/maskforge/vision/classes"
HEADER = "# name\tdataset id\tred\tgreen\tblue\tkind; train ids are 0, 1, 2, … in this order\n"
SPREAD = 1.2207440846057596  # the positive root of x^4 = x + 1


def literal(file, name):
    """The value of a module's `name = [...]`."""
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.Assign) and any(getattr(target, "id", None) == name for target in node.targets):
            return ast.literal_eval(node.value)
    raise SystemExit(f"{file} has no {name}")


def spread_colour(index):
    """Roberts' R3 sequence over hue, saturation and brightness: ClassList.generatedColour."""
    hue = (index + 1) / SPREAD % 1
    saturation = 0.5 + 0.5 * ((index + 1) / (SPREAD * SPREAD) % 1)
    value = 0.45 + 0.55 * ((index + 1) / (SPREAD * SPREAD * SPREAD) % 1)

    def channel(offset):
        sector = (offset + 6 * hue) % 6
        part = max(0, min(1, sector, 4 - sector))
        return math.floor(255 * value * (1 - saturation * part) + 0.5)

    return [channel(5), channel(3), channel(1)]


def row(name, identifier, colour, is_thing):
    return [name.strip(), identifier, *colour, "thing" if is_thing else "stuff"]


def write(name, rows):
    text = HEADER + "".join("\t".join(map(str, cells)) + "\n" for cells in rows)
    (TARGET / f"{name}.tsv").write_text(text)
    things = sum(cells[-1] == "thing" for cells in rows)
    print(f"{name}: {len(rows)} classes, {things} things, {len({cells[0] for cells in rows})} names, "
          f"{len({tuple(cells[2:5]) for cells in rows})} colours, ids {min(r[1] for r in rows)} to {max(r[1] for r in rows)}")


def categories(rows):
    return [row(each["name"], each["id"], each["color"], each["isthing"]) for each in rows]


def things(rows):
    return [cells for cells in rows if cells[-1] == "thing"]


def main(mask2former, detectron2):
    registrations = pathlib.Path(mask2former) / "mask2former/data/datasets"
    builtin = pathlib.Path(detectron2) / "detectron2/data/datasets/builtin_meta.py"

    cityscapes = categories(literal(builtin, "CITYSCAPES_CATEGORIES"))
    write("cityscapes", cityscapes)
    write("cityscapes-instance", things(cityscapes))

    coco = literal(builtin, "COCO_CATEGORIES")
    write("coco-panoptic", categories(coco))
    write("coco-instance", things(categories(coco)))

    ade20k = literal(registrations / "register_ade20k_panoptic.py", "ADE20K_150_CATEGORIES")
    assert [each["id"] for each in ade20k] == list(range(150))
    write("ade20k", [row(each["name"], each["id"] + 1, each["color"], each["isthing"]) for each in ade20k])
    write("ade20k-panoptic", categories(ade20k))
    instances = literal(registrations / "register_ade20k_instance.py", "ADE_CATEGORIES")
    assert [each["id"] for each in instances] == [each["id"] for each in ade20k if each["isthing"]]
    write("ade20k-instance", [row(each["name"], each["id"], ade20k[each["id"]]["color"], True) for each in instances])

    full = literal(registrations / "register_ade20k_full.py", "ADE20K_SEM_SEG_FULL_CATEGORIES")
    assert [each["trainId"] for each in full] == list(range(847))
    write("ade20k-full", [row(each["name"], each["id"], spread_colour(i), False) for i, each in enumerate(full)])

    stuff = literal(registrations / "register_coco_stuff_10k.py", "COCO_CATEGORIES")
    write("coco-stuff-10k", [row(each["name"], each["id"], each.get("color") or spread_colour(i), each.get("isthing", 0))
                             for i, each in enumerate(stuff)])

    vistas = literal(registrations / "register_mapillary_vistas_panoptic.py", "MAPILLARY_VISTAS_SEM_SEG_CATEGORIES")
    semantic = [each for each in literal(registrations / "register_mapillary_vistas.py", "MAPILLARY_VISTAS_SEM_SEG_CATEGORIES")
                if each["evaluate"]]
    assert [(each["readable"], each["color"], each["instances"]) for each in semantic] \
        == [(each["name"], each["color"], each["isthing"] == 1) for each in vistas]
    write("mapillary-vistas", [row(each["name"], i, each["color"], each["isthing"]) for i, each in enumerate(vistas)])
    write("mapillary-vistas-panoptic", categories(vistas))


if __name__ == "__main__":
    main(*sys.argv[1:])
