# One scenario on every kernel.

kernels() { find "$lab/image/kernels" -type f -printf '%f\n' | sort | paste -sd' '; }

# run_on_all SCENARIO OUTDIR [DMFLOW]: on one kernel after the other, whatever becomes of it, with its files in OUTDIR/KERNEL.
# What they did is in OUTDIR/kernels.txt. Ends the lab with 1 when one failed.
run_on_all() {
    local scenario=$1 out=$2 dmflow=$3 after=$lab/scenarios/$1.after-all suite status failed=0
    for suite in $(kernels); do
        build "$suite"
    done
    empty_directory "$out"
    printf '%-18s %4s %8s\n' kernel exit seconds >"$out/kernels.txt"
    for suite in $(kernels); do
        say "$scenario on $suite"
        status=0 SECONDS=0
        supervise "$lab/lab" run "$scenario" --kernel "$suite" --output "$out/$suite" ${dmflow:+--dmflow "$dmflow"} ||
            status=$?
        ((status == 0)) || failed=1
        printf '%-18s %4d %8d\n' "$suite" "$status" "$SECONDS" >>"$out/kernels.txt"
    done
    [[ ! -x $after ]] || (cd "$out" && "$after") || failed=1
    cat "$out/kernels.txt"
    exit "$failed"
}
