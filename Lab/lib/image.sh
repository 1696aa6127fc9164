# The guest image: built once, cached by the hash of its recipe.

cache=${DMFLOW_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dmflow/lab}
userland=bookworm

# Host packages and the command by which each is known to be there.
declare -A host_packages=(
    [mmdebstrap]=mmdebstrap [genext2fs]=genext2fs [qemu-system-x86]=qemu-system-x86_64
    [trace-cmd]=trace-cmd [util-linux]=setpriv
)

# Drivers and files that no scenario can use. Leaving them out halves the image.
left_out=(
    '/usr/share/doc/*' '/usr/share/man/*' '/usr/share/locale/*' '/lib/modules/*/kernel/sound/*'
    '/lib/modules/*/kernel/drivers/'{gpu,media,infiniband,staging,iio,hwmon,usb,input,isdn,comedi,net/wireless,net/ethernet}'/*'
)

setup() {
    local package missing=()
    for package in "${!host_packages[@]}"; do
        command -v "${host_packages[$package]}" >/dev/null || missing+=("$package")
    done
    if ((${#missing[@]} == 0)) && [[ -n $(debian_mirror) ]]; then
        say "nothing to install"
        return
    fi
    ((EUID == 0)) || die "setup needs root, to run: apt-get update && apt-get install ${missing[*]}"
    apt-get update -qq
    ((${#missing[@]} == 0)) && return
    say "installing ${missing[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The archive that the host's own apt takes Debian from; empty before the first apt-get update.
debian_mirror() {
    apt-get indextargets --format '$(REPO_URI)' \
        'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}

recipe_hash() {
    local suite=$1
    (cd "$lab" && cat lib/image.sh image/packages image/prepare image/init "image/kernels/$suite") |
        sha256sum | head -c 16
}

image_directory() { printf '%s/%s-%s' "$cache" "$1" "$(recipe_hash "$1")"; }

# build SUITE: makes the image with that suite's kernel unless the cache has it.
build() {
    local suite=$1 image
    [[ -x $lab/image/kernels/$suite ]] ||
        die "no kernel recipe for '$suite'; there is: $(ls "$lab/image/kernels")"
    image=$(image_directory "$suite")
    [[ -d $image ]] && return

    need mmdebstrap genext2fs
    mkdir -p "$cache"
    exec {build_lock}>"$cache/lock"
    flock --nonblock "$build_lock" || {
        say "waiting for another build"
        flock "$build_lock"
    }
    if [[ ! -d $image ]]; then
        say "building the guest image ($suite kernel), once; about two minutes"
        build_image "$suite" "$image"
        say "built in ${SECONDS} s"
    fi
    exec {build_lock}>&-
}

build_image() {
    local suite=$1 image=$2 mirror packages path options=()
    mirror=$(debian_mirror)
    [[ -n $mirror ]] || die "apt knows no Debian archive here: run Lab/lab setup"
    packages=$(grep --only-matching '^[^# ]\+' "$lab/image/packages" | paste -sd,)
    for path in "${left_out[@]}"; do options+=(--dpkgopt="path-exclude=$path"); done

    # Leftovers of builds that were killed, and images of earlier recipes. The lock is held.
    rm -rf "$cache/new" "$cache/$suite"-*
    mkdir "$cache/new"
    at_exit "rm -rf '$cache/new'"

    # The archive's settings (a proxy, an archive of a past date) hold for the guest's build as for the host.
    apt-config dump --format '%f "%v";%n' Acquire::http Acquire::https Acquire::Check-Valid-Until \
        Acquire::Check-Date >"$cache/new/apt.conf"

    mmdebstrap --quiet --variant=minbase --include="$packages" --aptopt="$cache/new/apt.conf" "${options[@]}" \
        --essential-hook="'$lab/image/prepare' \"\$1\"" \
        --customize-hook="'$lab/image/kernels/$suite' \"\$1\"" \
        --customize-hook="copy-in '$lab/image/init' /" \
        --customize-hook="download /vmlinuz '$cache/new/vmlinuz'" \
        --customize-hook="download /initrd.img '$cache/new/initrd'" \
        "$userland" "$cache/new/root.ext2" "deb $mirror $userland main" >&2
    mv "$cache/new" "$image"
}

clean() {
    rm -rf "$cache"
    say "removed $cache"
}
