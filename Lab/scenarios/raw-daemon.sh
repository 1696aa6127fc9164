# multipathd at work, its libraries' functions under uprobes above the kernel's dm calls: material for the readers' tests.
# Out, from one and the same buffer:
#   daemon.txt             the trace file, with task and time
#   daemon.default.txt     the trace file, default columns
#   daemon.no-context.txt  the trace file without columns
#   daemon.dat             trace.dat, version 6, uncompressed
#   daemon.report.txt      trace-cmd's report of daemon.dat
# Out, the same of a map removed and made again: daemon-map.*
# Out besides: uprobes.txt, the probes.
# Deadline: 600

# Exported functions of multipath-tools 0.9.4 on the way from an event to the kernel; its daemon exports none of use.
# Functions, since a step has no arrays.
libmultipath_functions() {
    printf '%s\n' \
        uevent_dispatch pathinfo get_state store_pathinfo adopt_paths verify_paths update_multipath_table \
        update_multipath_strings coalesce_paths setup_map select_action domap reinstate_paths sync_map_state \
        dm_fail_path dm_reinstate_path dm_queue_if_no_path dm_get_info dm_map_present dm_get_uuid dm_flush_map_nopaths \
        _dm_flush_map dm_simplecmd_noflush remove_map orphan_path libmp_dm_task_run
}
libdevmapper_functions() { printf '%s\n' dm_task_run dm_udev_wait; }

# Of the kernel, only dm: the rest is in other fixtures.
stack_functions() { printf '%s\n' '*:mod:dm_mod' '*:mod:dm_multipath'; }

# function_offset LIBRARY FUNCTION: where in the file its code begins; nothing if the library does not export it.
function_offset() {
    local address offset start size
    address=$(readelf --wide --dyn-syms "$1" |
        awk -v name="$2" '$4 == "FUNC" && $7 != "UND" { split($8, parts, "@"); if (parts[1] == name) { print $2; exit } }')
    [[ -n $address ]] || return 0
    while read -r offset start size; do
        if ((16#$address >= start && 16#$address < start + size)); then
            printf '0x%x\n' "$((16#$address - start + offset))"
        fi
    done < <(readelf --wide --program-headers "$1" | awk '$1 == "LOAD" { print $2, $3, $5 }')
}

# probe_library OBJECT LIBRARY: a uprobe at the entry and at the return of each of the functions on standard input.
probe_library() {
    local object=$1 library=$2 function offset
    while read -r function; do
        offset=$(function_offset "$library" "$function")
        if [[ -z $offset ]]; then
            progress "$object has no $function"
            continue
        fi
        echo "p:dmflow/call__${object}__$function $library:$offset"
        echo "r:dmflow/ret__${object}__$function $library:$offset"
    done
}

library() { realpath "$(ldconfig -p | awk -v name="$1" '$1 == name { print $NF; exit }')"; }

probes_up() {
    {
        libmultipath_functions | probe_library libmultipath "$(library libmultipath.so.0)"
        libdevmapper_functions | probe_library libdevmapper "$(library libdevmapper.so.1.02.1)"
    } >uprobes.txt
    cat uprobes.txt >"$tracefs/uprobe_events"
}

probes_on() { echo 1 >"$tracefs/events/dmflow/enable"; }
probes_off() { echo 0 >"$tracefs/events/dmflow/enable"; }

daemon_graph() {
    graph_setup dm_ctl_ioctl
    probes_on
}

# The daemon fails the path when its next check finds it offline, and takes it back when it runs again.
path_fails_and_returns() {
    local path
    path=$(path_of_mpatha)
    echo offline >"/sys/block/$path/device/state"
    until_true paths_active 1
    echo running >"/sys/block/$path/device/state"
    until_true paths_active 2
}

path_leaves_and_returns() {
    local path
    path=$(path_of_mpatha)
    multipathd del path "$path"
    multipathd add path "$path"
    until_true paths_active 2
}

paths() {
    path_leaves_and_returns
    path_fails_and_returns
}

map_leaves_and_returns() {
    multipathd del map mpatha
    multipathd reconfigure
    until_true paths_active 2
}

daemon_save() {
    probes_off
    graph_stop
    graph_text "$1" funcgraph-abstime funcgraph-proc
    graph_text "$1.default"
    graph_text "$1.no-context" nocontext-info
    graph_dat "$1"
}

stack_up
step 60 "put probes on multipath's libraries" probes_up

step 60 "set up the graph of ioctls" daemon_graph
step 120 "take a path away and back" graph_record paths
step 60 "save that" daemon_save daemon

step 60 "set up the graph of ioctls again" daemon_graph
step 120 "take the map away and back" graph_record map_leaves_and_returns
step 60 "save that" daemon_save daemon-map
