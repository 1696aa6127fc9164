# Short captures of the same reads, to be held against each other.

# reads_captured NAME [OPTION...]: NAME.dat, the same reads of mpatha each time, one after the other, with their trees and requests. Needs
# guest/io.sh.
reads_captured() { reads_of_captured mpatha "$@"; }

# reads_of_captured MAP NAME [OPTION...]: of any map.
reads_of_captured() {
    dmflow capture --flow io,requests --no-irqs "${@:3}" --exit-code command -o "$work/$2.dat" -- \
        fio --name=gate --filename="/dev/mapper/$1" --direct=1 --ioengine=libaio --bs=4k --norandommap --rw=randread --randseed=1 \
        --iodepth=1 --number_ios=1000 --eta=never --output=/dev/null 2>"$2.stderr"
    mv "$work/$2.dat" .
}

# selector_is NAME: mpatha's path selector.
selector_is() {
    sed --in-place "s/path_selector .*/path_selector \"$1 0\"/" /etc/multipath.conf
    until_true multipathd reconfigure
    until_true selector_in_use "$1"
    until_true paths_active 2
    udevadm settle
}
selector_in_use() { [[ $(dmsetup table mpatha) == *" $1 "* ]]; }
