#!/bin/sh
# What a runtime makes of Mask2Former when it lacks deformable attention and passes its input on: the published work's figure
# 6.3, with the sample model on drawn streets.
#
#     tools/figures/figure-6.3.sh [DIR]       # target/figure-6.3 by default; needs Python with the package onnx ($PYTHON)
#
# The reference is the plain-Java engine. Against it are held Maskforge's kernel and both expansions of deformable attention, which must agree, and a
# file from which it is left out, which must not. DIR then has the answers of 'maskforge compare', the pictures, and
# report.html. Fails if a command ends otherwise than it must.
set -eu
cd "$(dirname "$0")/../.."
out=${1:-target/figure-6.3}
model=samples/models/mask2former-resnet-cityscapes-panoptic
size=256x512
pictures=$out/pictures/$size
python=${PYTHON:-python3}

# must CODE COMMAND...: shows and runs a command, which must exit with that code.
must() {
    wanted=$1
    shift
    echo "\$ $*"
    code=0
    "$@" || code=$?
    echo "exit $code"
    echo
    if [ "$code" -ne "$wanted" ]; then
        echo "figure-6.3.sh: that must exit with $wanted" >&2
        exit 1
    fi
}

rm -rf "$out"
mkdir -p "$out" "$pictures/input" "$pictures/truth"
must 0 ./maskforge scenes -q --count 3 --size "$size" --seed 63 -o "$out/scenes"
streets=$out/scenes/leftImg8bit/val/forge
cp "$streets"/*.png "$pictures/input"
cp "$out"/scenes/gtFine/val/forge/*_gtFine_color.png "$pictures/truth"

must 0 ./maskforge convert -q "$model" -o "$out/right.onnx" --output raw --size free
must 0 "$python" tools/onnx/leave_out_deformable_attention.py "$out/right.onnx" "$out/wrong.onnx"

# compare CODE A B NAME MORE...: A is the reference; what is said goes to NAME.json.
compare() {
    code=$1 a=$2 b=$3 name=$4
    shift 4
    must "$code" ./maskforge compare "$a" "$b" "$streets" --size "$size" -o "$out/$name.json" "$@"
}
compare 0 "$model" "$model" own-kernel --engine-a reference --min-agreement 0.999
compare 0 "$model" "$model" grid-sample --engine-a reference --deformable-attention-b grid_sample --min-agreement 0.999
compare 0 "$model" "$model" gather --engine-a reference --deformable-attention-b gather --min-agreement 0.999
compare 3 "$model" "$out/wrong.onnx" left-out --engine-a reference --min-agreement 0.999 --difference "$pictures/difference"
compare 0 "$out/right.onnx" "$out/wrong.onnx" layers --layers

must 0 ./maskforge segment -q "$model" "$streets" --engine reference --size "$size" --save color -o "$pictures/reference"
must 0 ./maskforge segment -q "$model" "$streets" --size "$size" --save color -o "$pictures/engine"
must 0 ./maskforge segment -q "$out/wrong.onnx" "$streets" --size "$size" --save color -o "$pictures/deformable attention left out"

must 0 ./maskforge report "$out/own-kernel.json" "$out/grid-sample.json" "$out/gather.json" "$out/left-out.json" "$out/layers.json" \
    --pictures "$out/pictures" -o "$out/report.html"
