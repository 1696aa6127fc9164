# Captures that a gate is tried with: of one thing that was not changed, and of one that was, in turns.
# Needs: dmflow
# Deadline: 1500
#
# Out, for each CASE below:
#   CASE-base-NN.dat, CASE-head-NN.dat   captures without and with the change, in turns; .stderr, what was said
#   multipath.txt                        the maps and paths
#
# same: nothing; delay: one of the two portals is slower by a millisecond; selector: another path selector; scheduler: none instead of
# mq-deadline on the paths; linear: a linear map above; functions: more of them are recorded; lock: a layer that takes a mutex for
# each bio (dm-delay) instead of a linear one.

# in_turns CASE COUNT BASE HEAD: captures with one command before each of base, and another before each of head.
in_turns() {
    local number
    for number in $(seq -w 1 "$2"); do
        "$3"
        captured_as "$1-base-$number"
        "$4"
        captured_as "$1-head-$number"
    done
}
map=mpatha options=()
captured_as() { step 90 "capture $1" reads_of_captured "$map" "$1" "${options[@]}"; }

delay_off() { portal_link_again delay 0ms; }
delay_on() { portal_link_again delay 1ms; }

queue_length() { step 60 "path selector queue-length" selector_is queue-length; }
service_time() { step 60 "path selector service-time" selector_is service-time; }

scheduler_is() {
    local disk
    for disk in $(paths_of_mpatha); do echo "$1" >"/sys/block/$disk/queue/scheduler"; done
}
deadline() { scheduler_is mq-deadline; }
no_scheduler() { scheduler_is none; }

on_mpatha() { map=mpatha; }
on_linear() { map=linear; }
on_delay() { map=delay; }
few_functions() { options=(); }
more_functions() { options=(--noise locks); }

stack_up
mkdir "$work"
multipath -ll >multipath.txt

in_turns same 12 true true

portal_apart 127.0.0.2 dst
portal_link delay 0ms
in_turns delay 12 delay_off delay_on
portal_together

in_turns selector 3 queue_length service_time
queue_length

in_turns scheduler 3 deadline no_scheduler
deadline

sectors=$(blockdev --getsz /dev/mapper/mpatha)
dmsetup create linear --table "0 $sectors linear /dev/mapper/mpatha 0"
in_turns linear 3 on_mpatha on_linear

on_mpatha
in_turns functions 1 few_functions more_functions

dmsetup create delay --table "0 $sectors delay /dev/mapper/mpatha 0 1"
more_functions
in_turns lock 3 on_linear on_delay
