#!/usr/bin/env bash
# Trains both sample models on a machine with a GPU, in the background, so that a session that ends does not end it.
#
#   run.sh start [MINUTES]      makes scenes and trains both models at once, MINUTES (20) in all
#   run.sh scenes               makes scenes only, in the background: a later start finds them
#   run.sh smoke [SECONDS]      all of it in SECONDS (90), in the foreground, with few scenes: does everything run?
#   run.sh status [LINES]       the last lines of every log
#   run.sh wait SECONDS         until all is done, or SECONDS have passed; then the status
#   run.sh collect DIR          copies models, figures and logs
#   run.sh stop                 ends what was started
#
# GENERATOR is the command that makes scenes (maskforge scenes), WORK the folder to work in (/tmp/maskforge-training),
# PYTHON a Python with PyTorch, transformers, scipy and Pillow (python3), MODELS which to train, one after the other with
# ORDER=sequential: each then has half of the time. OPTIONS_maskformer and OPTIONS_mask2former go to train.py.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=${WORK:-/tmp/maskforge-training}
python=${PYTHON:-python3}
generator=${GENERATOR:-$here/../../maskforge scenes}
models=${MODELS:-maskformer mask2former}
shards=${SHARDS:-128}
out=$work/out
export PYTHONUNBUFFERED=1 PYTHONPATH=$here${PYTHONPATH:+:$PYTHONPATH} TOKENIZERS_PARALLELISM=false OMP_NUM_THREADS=${OMP_NUM_THREADS:-4}
export PYTORCH_CUDA_ALLOC_CONF=${PYTORCH_CUDA_ALLOC_CONF:-expandable_segments:True}

make_scenes() { # further options
  flock -n "$work/scenes.lock" "$python" "$here/scenes.py" --generator "$generator" --out "$work/scenes" "$@" >> "$out/scenes.log" 2>&1 || true
}

train() { # model minutes, further options
  local model=$1 minutes=$2 options="OPTIONS_$1"
  shift 2
  # shellcheck disable=SC2086
  "$python" "$here/train.py" "$model" --scenes "$work/scenes" --out "$out" --minutes "$minutes" "$@" ${!options-} > "$out/$model.log" 2>&1 \
    || echo "$model failed" >> "$out/failed"
}

run() { # minutes, further options of the training
  local minutes=$1 model trainings=()
  shift
  rm -f "$out/done" "$out/failed"
  if [[ ${ORDER:-} == sequential ]]; then
    for model in $models; do
      train "$model" "$("$python" -c "print($minutes / $(wc -w <<< "$models"))")" "$@"
    done
  else
    for model in $models; do
      train "$model" "$minutes" "$@" &
      trainings+=($!)
    done
    wait "${trainings[@]}"
  fi
  touch "$out/done"
}

background() {
  echo $$ > "$work/pid"
  make_scenes --shards "$shards" &
  run "$1"
}

status() {
  local log
  for log in "$out"/*.log; do
    [[ -f $log ]] || continue
    echo "== $(basename "$log")"
    tail -n "${1:-3}" "$log" | cut -c1-600
  done
  [[ ! -f $out/failed ]] || cat "$out/failed"
  if [[ -f $out/done ]]; then echo "done"; else echo "running"; fi
  if command -v nvidia-smi > /dev/null; then
    nvidia-smi --query-gpu=name,utilization.gpu,memory.used --format=csv,noheader
  fi
}

mkdir -p "$out"
case ${1-} in
  start)
    [[ ! -f $work/pid || -f $out/done ]] || { echo "it was started before; run.sh stop ends it" >&2; exit 1; }
    rm -f "$out/done" "$out/failed"
    setsid nohup bash "$0" background "${2:-20}" > "$work/background.log" 2>&1 < /dev/null &
    echo "started; run.sh status shows how it goes"
    ;;
  scenes)
    export -f make_scenes
    export here work python generator out
    setsid nohup bash -c "make_scenes --shards $shards" > "$work/background.log" 2>&1 < /dev/null &
    ;;
  background) background "${2:-20}" ;;
  smoke)
    work=$work/smoke
    out=$work/out
    rm -rf "$work"
    mkdir -p "$out"
    make_scenes --shards 8 --shard-size 40 &
    run "$("$python" -c "print(${2:-90} / 60)")" --least-scenes 120 --most-scenes 320 --measure-every 30 --log-every 10
    status 4
    [[ ! -f $out/failed ]] && ls -l "$out" "$out"/*/
    ;;
  status) status "${2:-3}" ;;
  wait)
    for ((passed = 0; passed < ${2:-540}; passed += 5)); do
      [[ ! -f $out/done ]] || break
      sleep 5
    done
    status 3
    ;;
  collect)
    mkdir -p "$2"
    for file in "$out"/*.pkl "$out"/*.json "$out"/*.jsonl; do
      [[ ! -f $file ]] || cp "$file" "$2"
    done
    cp -r "$out"/mask2former-*-panoptic "$2" 2> /dev/null || true
    find "$2" -type f -exec ls -l {} +
    ;;
  stop)
    [[ ! -f $work/pid ]] || kill -- "-$(cat "$work/pid")" 2> /dev/null || true
    rm -f "$work/pid"
    ;;
  *)
    sed -n '2,14p' "$0" >&2
    exit 2
    ;;
esac
