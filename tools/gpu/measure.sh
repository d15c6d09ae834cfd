#!/usr/bin/env bash
# Measures full-size models on NVIDIA GPUs: plain exports as TensorRT builds them, plans of Maskforge's, and PyTorch; profiles by
# part; and how far plans of the sample models agree with PyTorch on 100 held-out scenes. What is there is not made again, so
# whoever was interrupted calls it again with the same folder.
#
#     measure.sh DIR [STEP...]     # STEPs: exports plain plans bench profile pytorch agreement; all by default
#
# Builds need the processor and the GPU. Where nothing may disturb what is timed, they all come first:
#
#     measure.sh DIR exports plain plans && measure.sh DIR bench profile
#
# MASKFORGE     the command that runs Maskforge (./maskforge), with the engine's jars (docs/tensorrt.md); paths among its arguments
#               must be absolute
# PYTHON        Python 3.12 with PyTorch, transformers, onnx, numpy and Pillow (python3)
# JOBS          MODEL:HxW[:BATCH], with blanks between, and 'agreement'; by default all that docs/benchmarks/README.md lists
# PRECISIONS    of plans (fp16 tf32)
# BUDGET        seconds in all, after which nothing more is begun, and what is being made is ended (3300)
# GPUS          their numbers, with blanks between: by default CUDA_VISIBLE_DEVICES, or all that nvidia-smi shows. Jobs are shared
#               among them, one at a time on each
# THREADS       on the host, for each GPU (8)
# LEVEL         of TensorRT's search for plans (3); plain exports have TensorRT's own, 3
# LOWERING      the form of deformable attention in plans: grid-sample, gather, plugin or kernel (the fastest here)
# SETTINGS      NAME=VALUE, with blanks between: more of what 'build --setting' takes. Plans do not bear them in their names: what is
#               built otherwise wants another DIR
#
# DIR gets models/, exports/, plans/, results/ (JSON) and logs/, which hold the tables. All commands run in the folder that DIR is in,
# so that paths in results begin with DIR's name. What failed is in DIR/failed, what there was no time for in DIR/left; the next call
# tries both again.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[[ $# -ge 1 ]] || { sed -n '2,28p' "$0" >&2; exit 2; }
mkdir -p "$1"/{models,exports,plans,results,profiles,logs} || exit 1
path=$(cd "$1" && pwd)
dir=$(basename "$path")
shift
steps=${*:-exports plain plans bench profile pytorch agreement}
root=$(cd "$here/../.." && pwd)

# A command under a relative path is found from everywhere.
anywhere() { if [[ ${1%% *} == [!/]*/* ]]; then echo "$PWD/$1"; else echo "$1"; fi; }

python=$(anywhere "${PYTHON:-python3}")
maskforge=$(anywhere "${MASKFORGE:-$root/maskforge}")
[[ -z ${MASKFORGE_ENGINES:-} ]] || MASKFORGE_ENGINES=$(cd "$MASKFORGE_ENGINES" && pwd) || exit 1
export MASKFORGE_ENGINES=${MASKFORGE_ENGINES:-}
cd "$path/.." || exit 1
threads=${THREADS:-8}
level=${LEVEL:-3}
deadline=$((SECONDS + ${BUDGET:-3300}))
read -ra precisions <<< "${PRECISIONS:-fp16 tf32}"
export XDG_CACHE_HOME=${XDG_CACHE_HOME:-$path/cache} PYTHONDONTWRITEBYTECODE=1
export LOWERING=${LOWERING:-} SETTINGS=${SETTINGS:-}
export here dir root python maskforge threads level

all_jobs() {
  local size backbone family
  for size in 512x1024 256x512 128x256 1024x2048; do
    for family in mask2former maskformer; do echo "$family-r50:$size"; done
  done
  echo agreement
  for backbone in r101 swin-t; do
    for family in mask2former maskformer; do echo "$family-$backbone:512x1024"; done
  done
  for family in mask2former maskformer; do echo "$family-r50:512x1024:8"; done
}

# What makes something, each in a process of its own.

make_models() { # name
  local scratch=$dir/models/unfinished
  rm -rf "$scratch" && "$python" "$root/tools/baseline/make_models.py" "$scratch" --models "$1" \
    && mkdir -p "$dir/models/pictures" && cp "$scratch"/pictures/* "$dir/models/pictures/" && mv "$scratch/$1.pkl" "$dir/models/"
  rm -rf "$scratch"
}

export_plain() { # checkpoint size batch target
  local scratch=$dir/exports/unfinished-$$
  mkdir -p "$scratch" && "$python" "$root/tools/baseline/export_plain.py" "$1" "$scratch" --sizes "$2" --batch "$3" \
    && mv "$scratch"/*.onnx "$4"
  rm -rf "$scratch"
}

# MASKFORGE may be several words.
# shellcheck disable=SC2086
build() { # checkpoint precision size batch target
  local setting settings=()
  for setting in layer-names=true "timing-cache=$dir/plans/timing.cache" ${LOWERING:+"lowering=$LOWERING"} $SETTINGS; do
    settings+=(--setting "$setting")
  done
  $maskforge build "$1" -o "$5" --precision "$2" --size "$3" --batch "$4" --output labels --level "$level" --keep --search outputs \
    "${settings[@]}" --threads "$threads"
}

# TensorRT's plan of a plain export goes into the cache, from which bench takes it. What these few runs took is not a result.
plain() { # checkpoint size batch target export
  bench "$1" "$2" "$3" "$4" "$5" --ceilings none --warmup 2 --runs 3
}

# shellcheck disable=SC2086
bench() { # checkpoint size batch target model|option...
  local checkpoint=$1 size=$2 batch=$3 target=$4
  shift 4
  $maskforge bench "$@" --engine tensorrt --precision tf32 --input-values rgb --reference "$checkpoint" --sizes "$size" \
    --batch "$batch" --images "$dir/models/pictures" --threads "$threads" -o "$target"
}

# shellcheck disable=SC2086
profile() { # checkpoint size target model
  $maskforge profile "$4" --engine tensorrt --precision tf32 --input-values rgb --reference "$1" --size "$2" \
    --threads "$threads" -o "$3"
}

pytorch() { # checkpoint size batch target
  "$python" "$root/tools/baseline/bench.py" "$1" --images "$dir/models/pictures" --sizes "$2" --batch "$3" --device cuda \
    --runtimes eager,compile --precisions fp32,tf32,fp16 --threads "$threads" --exports "$dir/exports" -o "$4.part" && mv "$4.part" "$4"
}

# shellcheck disable=SC2086
scenes() { # target
  rm -rf "$1.part"
  $maskforge scenes -q --count 100 --size 256x512 --seed 1000000 --split val -o "$1.part" && mv "$1.part" "$1"
}

agree() { # target plan...
  local target=$1
  shift
  "$python" "$here/agreement.py" --models "$root/samples/models" --maskforge "$maskforge" --scenes "$dir/scenes" -o "$target" "$@"
}

export -f make_models export_plain build plain bench profile pytorch scenes agree

# make TARGET FUNCTION ARGUMENT...: unless the target is there, or the time is over.
make() {
  local target=$1 log left=$((deadline - SECONDS)) code=0 begin=$SECONDS
  shift
  [[ ! -e $target ]] || return 0
  if [[ $left -lt 5 ]]; then
    echo "$target" >> "$dir/left"
    return 1
  fi
  log=$dir/logs/$(basename "$target").txt
  timeout "$left" bash -c '"$@"' "$1" "$@" > "$log" 2>&1 || code=$?
  # 3: done, but a check fell short, which is a result.
  if [[ -e $target && ($code -eq 0 || $code -eq 3) ]]; then
    echo "$((SECONDS - begin)) s, exit $code: ${target#"$dir"/}"
    return 0
  fi
  rm -f "$target"
  echo "exit $code after $((SECONDS - begin)) s: ${target#"$dir"/}: $(tail -n 1 "$log" | cut -c1-200)" | tee -a "$dir/failed"
  return 1
}

wants() { [[ " $steps " == *" $1 "* ]]; }

job() { # model:size[:batch]
  local name size batch suffix checkpoint plain stem precision plan target subjects=()
  IFS=: read -r name size batch <<< "$1"
  batch=${batch:-1}
  suffix=$size
  [[ $batch -eq 1 ]] || suffix=$size-batch$batch
  checkpoint=$dir/models/$name.pkl
  plain=$dir/exports/$name-plain-$suffix.onnx
  stem=$dir/results/$name-$suffix
  ! wants exports || make "$plain" export_plain "$checkpoint" "$size" "$batch" "$plain"
  target=$dir/plans/$name-plain-$suffix.built.json
  ! { wants plain && [[ -e $plain ]]; } || make "$target" plain "$checkpoint" "$size" "$batch" "$target" "$plain"
  # First: what the others are compared with.
  [[ ! -e $plain ]] || subjects+=("$plain")
  for precision in "${precisions[@]}"; do
    plan=$dir/plans/$name-$precision-$suffix.plan
    ! wants plans || make "$plan" build "$checkpoint" "$precision" "$size" "$batch" "$plan"
    [[ ! -e $plan ]] || subjects+=("$plan")
  done
  # All of them or none: rounds of one file are interleaved.
  if wants bench && [[ ${#subjects[@]} -gt ${#precisions[@]} ]]; then
    make "$stem.json" bench "$checkpoint" "$size" "$batch" "$stem.json" "${subjects[@]}"
  fi
  if wants profile && [[ $batch -eq 1 ]]; then
    for plan in "${subjects[@]}"; do
      target=$dir/profiles/$(basename "${plan%.*}").json
      make "$target" profile "$checkpoint" "$size" "$target" "$plan"
    done
  fi
  ! wants pytorch || make "$stem-pytorch.json" pytorch "$checkpoint" "$size" "$batch" "$stem-pytorch.json"
}

agreement() {
  local name file precision plan given=()
  make "$dir/scenes" scenes "$dir/scenes" || return
  for name in mask2former maskformer; do
    file=maskformer-resnet-cityscapes.pkl
    [[ $name == maskformer ]] || file=mask2former-resnet-cityscapes-panoptic
    for precision in fp32 tf32 fp16; do
      plan=$dir/plans/${file%.pkl}-$precision-256x512.plan
      make "$plan" build "$root/samples/models/$file" "$precision" 256x512 1 "$plan"
      [[ ! -e $plan ]] || given+=("$name,$precision=$plan")
    done
  done
  # All of them or none, as of bench.
  [[ ${#given[@]} -lt 6 ]] || make "$dir/results/agreement.json" agree "$dir/results/agreement.json" "${given[@]}"
}

# Takes what nobody has taken yet, on one GPU.
worker() { # number of the GPU
  local each
  export CUDA_VISIBLE_DEVICES=$1
  for each in "${jobs[@]}"; do
    mkdir "$dir/taken/$each" 2> /dev/null || continue
    echo "GPU $1: $each"
    if [[ $each != agreement ]]; then job "$each"; elif wants agreement; then agreement; fi
  done
}

read -ra jobs <<< "${JOBS:-$(all_jobs | tr '\n' ' ')}"
read -ra gpus <<< "${GPUS:-$(tr , ' ' <<< "${CUDA_VISIBLE_DEVICES:-$(nvidia-smi --query-gpu=index --format=csv,noheader | tr '\n' ,)}")}"
[[ ${#gpus[@]} -gt 0 ]] || { echo "measure.sh: there is no GPU" >&2; exit 1; }
rm -rf "$dir/taken" "$dir/failed" "$dir/left" "$dir"/exports/unfinished-*
mkdir "$dir/taken"
for name in $(printf '%s\n' "${jobs[@]%%:*}" | grep -v '^agreement$' | sort -u); do
  make "$dir/models/$name.pkl" make_models "$name" || exit 1
done
for gpu in "${gpus[@]}"; do worker "$gpu" & done
wait
[[ ! -e $dir/left ]] || { echo "no time was left for:"; sort -u "$dir/left"; }
[[ ! -e $dir/failed && ! -e $dir/left ]]
