# The stack comes up and serves a read through multipath.
# Out: kernel.txt, multipath.txt

stack_up
uname -r >kernel.txt
step 40 "list the paths" multipath -ll >multipath.txt
step 40 "read through mpatha" dd if=/dev/mapper/mpatha of=/dev/null bs=4k count=1 iflag=direct
