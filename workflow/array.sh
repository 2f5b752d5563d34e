#!/bin/sh
# A campaign of `seprank units` as an array of Slurm, without Snakemake.
#
#   seprank units claims --out campaign
#   sbatch --array=0-9 --mem=4G --time=1:00:00 workflow/array.sh campaign
#   seprank units join campaign
#
# Task k of n runs the units k, k + n, k + 2n, .. of the list, and those that are finished not again: after a failure the
# same command, with more memory if that was why, does what is missing. $SEPRANK is the program, the same file on all nodes.
#SBATCH --job-name=seprank
#SBATCH --requeue
set -eu
directory=${1:?usage: sbatch --array=0-N workflow/array.sh DIR}
program=${SEPRANK:-seprank}
export RAYON_NUM_THREADS="${SLURM_CPUS_PER_TASK:-1}"
first=${SLURM_ARRAY_TASK_MIN:-0}
tasks=${SLURM_ARRAY_TASK_COUNT:-1}
task=$(((${SLURM_ARRAY_TASK_ID:-0} - first) / ${SLURM_ARRAY_TASK_STEP:-1}))
units=$("$program" units list "$directory")
printf '%s\n' "$units" |
  awk -F '\t' -v task="$task" -v tasks="$tasks" '(NR - 1) % tasks == task { print $1 }' |
  # A unit that fails leaves the others alone, and the task fails at the end.
  xargs -r -n 1 "$program" unit run --out "$directory"
