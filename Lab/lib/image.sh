# The guest image: built once, cached by the hash of its recipe.

cache=${DMFLOW_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dmflow/lab}

# Host packages, each with the command that tells whether it is there.
declare -A host_packages=(
    [mmdebstrap]=mmdebstrap [genext2fs]=genext2fs [trace-cmd]=trace-cmd [util-linux]=setpriv
)

missing_packages() {
    local package
    for package in "${!host_packages[@]}"; do
        command -v "${host_packages[$package]}" >/dev/null || echo "$package"
    done
}

setup() {
    local missing
    mapfile -t missing < <(missing_packages)
    if ((${#missing[@]} == 0)) && [[ -n $(debian_mirror) ]]; then
        say "setup: nothing to install"
        return
    fi
    ((EUID == 0)) || die "setup needs root: run 'apt-get update && apt-get install ${missing[*]}' as root"
    say "setup: reading the package lists"
    apt-get update -qq >&2
    ((${#missing[@]} == 0)) && return
    say "setup: installing ${missing[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The archive that the host's own apt takes Debian from; empty before the first apt-get update.
debian_mirror() {
    # shellcheck disable=SC2016  # apt's variable
    apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}

# image_directory SUITE: where the image with that suite's kernel is, or will be.
image_directory() { cached "$1" build packages prepare init unstrip suite-kernel "kernels/$1" "${multipath_recipe[@]}"; }

# Where the unstripped multipath-tools are, or will be. All images have the same.
multipath_recipe=(userland multipath multipath-make)
multipath_directory() { cached multipath "${multipath_recipe[@]}"; }

# Where the lab's own QEMU is, or will be.
emulator_directory() { cached emulator userland emulator; }

# cached NAME RECIPE-FILE...: the place in the cache of what these files make.
cached() {
    local recipe
    recipe=$(cd "$lab/image" && cat "${@:2}" | sha256sum)
    printf '%s/%s-%s\n' "$cache" "$1" "${recipe:0:16}"
}

# build SUITE: makes the image and the emulator unless the cache has them.
build() {
    local suite=$1 image emulator missing
    [[ -x $lab/image/kernels/$suite ]] || die "no kernel '$suite'; there is: $(kernels)"
    missing=$(missing_packages | paste -sd' ')
    [[ -z $missing ]] || die "missing on this host: $missing; run Lab/lab setup"
    image=$(image_directory "$suite")
    emulator=$(emulator_directory)
    [[ ! -d $image || ! -d $emulator ]] || return 0

    mkdir -p "$cache"
    exec {lock}>"$cache/lock"
    if ! flock --nonblock "$lock"; then
        say "waiting for another build"
        flock "$lock"
    fi
    at_exit "rm -rf '$cache/new'"
    [[ -d $emulator ]] || make_cached "$emulator" "the emulator" emulator
    [[ -d $image ]] || build_locked "$suite" "$image"
    exec {lock}>&-
}

build_locked() {
    local suite=$1 image=$2 multipath
    multipath=$(multipath_directory)
    [[ -d $multipath ]] || make_cached "$multipath" "multipath-tools with its symbols" multipath
    make_cached "$image" "the guest image with the $suite kernel" build "$suite" "$multipath"
}

# make_cached DIRECTORY WHAT RECIPE ARGUMENT...: runs the recipe for a directory of the cache, in place of those of its name that
# earlier recipes made.
make_cached() {
    local directory=$1 what=$2 recipe=$3 mirror start=$SECONDS
    mirror=$(debian_mirror)
    [[ -n $mirror ]] || die "apt knows no Debian archive here: run Lab/lab setup"
    say "building $what; this happens once and takes up to two minutes"

    # With the hash told from the name's end: one suite's name may begin with another's.
    rm -rf "$cache/new" "${directory%-*}"-????????????????
    mkdir "$cache/new"
    if ! supervise "$lab/image/$recipe" "$mirror" "$cache/new" "${@:4}" >"$cache/new/log" 2>&1 {lock}>&-; then
        tail -n 20 "$cache/new/log" >&2
        die "$what could not be built"
    fi
    mv "$cache/new" "$directory"
    say "built in $((SECONDS - start)) s"
}

clean() {
    rm -rf "$cache"
    say "removed $cache"
}
