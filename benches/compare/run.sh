#!/usr/bin/env bash
# Builds this toolkit and its competitors, times them interleaved on the same matrices in one run, and
# prints medians and ratios. Fails if two programs disagree on a rank.
#
# Needs a C++ compiler with OpenMP, the Debian packages fflas-ffpack, libgivaro-dev and
# libopenblas-dev, and a Python with python-flint (PyPI), named by PYTHON. Installs nothing.
# Settings: SIZE, RANK, PRIME, ROUNDS, FLINT_ROUNDS, RATIONAL_SIZE, BITS, PYTHON, OUT.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=benches/compare
size="${SIZE:-4000}" half="${RANK:-2000}" prime="${PRIME:-8388593}"
rational="${RATIONAL_SIZE:-400}" bits="${BITS:-61}"
rounds="${ROUNDS:-5}" flint_rounds="${FLINT_ROUNDS:-2}" python="${PYTHON:-python3}"
build="${OUT:-${CARGO_TARGET_DIR:-target}/compare}"
mkdir -p "$build"

need() { printf 'benches/compare/run.sh needs %s\n' "$1" >&2; exit 2; }
flags=(-O3 -march=native -fopenmp -std=c++17 -w)
command -v g++ >/dev/null || need "g++ (Debian: g++)"
"$python" -c 'import flint' 2>/dev/null ||
  need "python-flint: python3 -m venv VENV && VENV/bin/pip install python-flint, then PYTHON=VENV/bin/python"
echo '#include <fflas-ffpack/fflas-ffpack.h>' | g++ "${flags[@]}" -fsyntax-only -x c++ - 2>/dev/null ||
  need "the Debian packages fflas-ffpack libgivaro-dev libopenblas-dev"

# Settings of the environment that would pin OpenBLAS to an older processor.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE
cargo build --release --quiet --example compare
own="${CARGO_TARGET_DIR:-target}/release/examples/compare"
for program in ffpack_rank peak; do
  if [ "$here/$program.cpp" -nt "$build/$program" ]; then
    g++ "${flags[@]}" "$here/$program.cpp" -o "$build/$program" -lopenblas -lgivaro -lgmpxx -lgmp
  fi
done

# Attention of depth 3, width 3, 6 tokens: the rank, 3102, needs a grid of 3103 points.
depth=3 width=3 tokens=6 grid=3103
"$own" write dense "$size" "$size" "$prime" "$build/full"
"$own" write dense "$size" "$half" "$prime" "$build/half"
"$own" write rational "$rational" $((rational / 2)) "$bits" "$build/rational"
values="$build/grid-$prime" # kept: it takes a minute or more
if [ ! -e "$values" ]; then
  seconds=$("$own" write grid $depth $width $tokens $grid "$prime" "$values")
  echo "the grid of $grid points took $seconds s to evaluate, on all cores"
fi
for t in 1 2; do
  echo "with $t threads:"
  "$build/peak" $t
done

times="$build/times.txt"
: >"$times"
note() { # case program command...
  local tag="$1 $2"
  shift 2
  echo "$tag $("$@")" | tee -a "$times"
}
ffpack() { # case threads file mode
  local blas=$2
  [ "$4" = blas ] || blas=1
  note "$1" "ffpack-$4" env OPENBLAS_NUM_THREADS=$blas OMP_NUM_THREADS="$2" \
    "$build/ffpack_rank" "$size" "$2" "$prime" "$3" "$4"
}
flint() { note "$1" flint "$python" "$here/flint_rank.py" "${@:2}"; }

for ((round = 1; round <= rounds; round++)); do
  for t in 1 2; do
    for matrix in full half; do
      case="$matrix-$size,threads=$t"
      note "$case" seprank "$own" time dense "$size" $t "$prime" "$build/$matrix"
      ffpack "$case" $t "$build/$matrix" blas
      ((t == 1)) || ffpack "$case" $t "$build/$matrix" omp
      ((round > flint_rounds)) || flint "$case" nmod "$size" $t "$prime" "$build/$matrix"
    done
    case="attention-$depth-$width-$tokens,threads=$t"
    note "$case" seprank "$own" time problem $depth $width $tokens $t
    ((round > flint_rounds)) || flint "$case" nmod $grid $t "$prime" "$values"
    case="rational-$rational,bits=$bits,threads=$t"
    note "$case" seprank "$own" time rational "$rational" $t "$build/rational"
    ((round > flint_rounds)) || flint "$case" fmpz "$rational" $t "$build/rational"
  done
done
echo
"$python" "$here/report.py" <"$times"
