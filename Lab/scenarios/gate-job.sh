# What a CI job does for a gate: captures in turns of the stack without a change and with one, here with none; and one capture with another
# path selector, to see that the gate does fail.
# Needs: dmflow
# Deadline: 400
#
# Out: base-NN.dat, head-NN.dat   in turns, all alike
#      changed-1.dat              with the path selector service-time

stack_up
mkdir "$work"
for number in $(seq -w 1 10); do
    for side in base head; do
        step 60 "capture $side-$number" reads_captured "$side-$number"
    done
done
step 60 "path selector service-time" selector_is service-time
step 60 "capture changed-1" reads_captured changed-1
