# Captures a map's creation and 64 reads through multipath with dmflow, and reports where the time went.
# Out: NAME.dat, NAME.report.txt, NAME.json for NAME in create-load and io
# Needs: dmflow

stack_up
step 90 "capture create and load" dmflow capture --flow create,load -o create-load.dat -- \
    dmsetup create demo --table "$(spare_table)"
step 90 "capture 64 reads" dmflow capture --flow io,requests -o io.dat -- \
    dd if=/dev/mapper/mpatha of=/dev/null bs=4k count=64 iflag=direct status=none
