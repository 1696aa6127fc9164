# Captures of the same reads, with nothing changed between them: what a gate's false alarms are measured with.
# Needs: dmflow
# Deadline: 1500
#
# Out: NN.dat, the captures in their order; NN.stderr, what was said

stack_up
mkdir "$work"
for number in $(seq -w 1 40); do
    step 60 "clean capture $number" reads_captured "$number"
done
