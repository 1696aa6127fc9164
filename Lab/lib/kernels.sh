# One scenario on every kernel.

kernels() { find "$lab/image/kernels" -type f -printf '%f\n' | sort | paste -sd' '; }

# run_on_all SCENARIO OUTDIR [DMFLOW]: on one kernel after the other, whatever becomes of it, with its files in OUTDIR/KERNEL; in
# as many boots as the scenario says, "# Boots: N", with those of the further ones in OUTDIR/KERNEL.N.
# What they did is in OUTDIR/kernels.txt. Ends the lab with 1 when one failed.
run_on_all() {
    local scenario=$1 out=$2 dmflow=$3 after=$lab/scenarios/$1.after-all boots boot suite name status failed=0
    boots=$(setting "$scenario" Boots)
    for suite in $(kernels); do
        build "$suite"
    done
    empty_directory "$out"
    printf '%-18s %4s %8s\n' kernel exit seconds >"$out/kernels.txt"
    for suite in $(kernels); do
        for ((boot = 1; boot <= ${boots:-1}; boot++)); do
            name=$suite
            ((boot == 1)) || name+=.$boot
            say "$scenario on $name"
            status=0 SECONDS=0
            supervise "$lab/lab" run "$scenario" --kernel "$suite" --output "$out/$name" ${dmflow:+--dmflow "$dmflow"} ||
                status=$?
            ((status == 0)) || failed=1
            printf '%-18s %4d %8d\n' "$name" "$status" "$SECONDS" >>"$out/kernels.txt"
        done
    done
    [[ ! -x $after ]] || (cd "$out" && "$after") || failed=1
    cat "$out/kernels.txt"
    exit "$failed"
}
