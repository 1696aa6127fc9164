# What the flows resolve to on this kernel.
# Needs: dmflow
#
# Out:
#   flows.txt   dmflow flows

stack_up
dmflow flows >flows.txt
