# SPDX-License-Identifier: MIT
# For shell tests: a VM in a temporary directory, driven over QMP with socat. Source it.
# shellcheck shell=sh
# vm_start POISE OPTION...: starts it paused; vm_qmp JSON: sends, prints the reply; vm_event PATTERN:
# the event that came or comes; vm_console PATTERN SECONDS [COUNT]: waits for the serial port;
# vm_end: exit status. With vm_serial=unix:$vm_dir/tty,server=on,wait=off: vm_connect, and vm_type TEXT
# types it. vm_need_installer: $image is where Debian's installer is, or the script ends as skipped.
vm_dir=$(mktemp -d)
vm_pid=''
vm_cleanup() {
    vm_kill
    rm -rf "$vm_dir"
}
trap vm_cleanup EXIT
trap 'exit 130' INT TERM

vm_need_installer() {
    image=${DEBIAN_ARM64_IMAGES:-/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64}
    if ! command -v socat >/dev/null 2>&1 || [ ! -r "$image/linux" ]; then
        echo "1..0 # SKIP no socat or no Debian installer images"
        exit 0
    fi
}

vm_start() {
    rm -f "$vm_dir"/*
    mkfifo "$vm_dir/in" "$vm_dir/out"
    : >"$vm_dir/console"
    : >"$vm_dir/seen"
    vm_id=0
    "$@" -nodefaults -serial "${vm_serial:-file:$vm_dir/console}" -qmp "unix:$vm_dir/qmp,server=on,wait=off" &
    vm_pid=$!
    socat - "UNIX-CONNECT:$vm_dir/qmp,retry=200,interval=0.05" <"$vm_dir/in" >"$vm_dir/out" &
    exec 3>"$vm_dir/in" 4<"$vm_dir/out"
    vm_expect '"QMP"' && vm_qmp '{"execute": "qmp_capabilities"}' >/dev/null
}

# The next line with the pattern; what comes before it is kept for vm_event.
vm_expect() {
    while read -r vm_line <&4; do
        case $vm_line in *"$1"*)
            printf '%s\n' "$vm_line"
            return 0
            ;;
        esac
        printf '%s\n' "$vm_line" >>"$vm_dir/seen"
    done
    echo "QMP ended before: $1" >&2
    return 1
}

vm_qmp() {
    vm_id=$((vm_id + 1))
    printf '{"id": %d, %s\n' "$vm_id" "${1#?}" >&3 && vm_expect "\"id\": $vm_id}"
}

vm_event() {
    grep -m 1 -e "$1" "$vm_dir/seen" || vm_expect "$1"
}

vm_connect() {
    mkfifo "$vm_dir/keys"
    socat - "UNIX-CONNECT:$vm_dir/tty,retry=100,interval=0.05" <"$vm_dir/keys" >"$vm_dir/console" &
    exec 5>"$vm_dir/keys"
}

vm_type() {
    printf '%s' "$1" >&5
}

# The serial port's first COUNT (1) lines with the pattern; false when they do not come in time.
vm_console() {
    mkfifo "$vm_dir/tail"
    # A screen has no line ends: every escape sequence begins a line.
    tail -n +1 -f "$vm_dir/console" 2>/dev/null | stdbuf -oL tr '\033' '\n' >"$vm_dir/tail" &
    vm_tail=$!
    # Into a file: with /dev/null as its output grep would stop at the first match.
    timeout "$2" grep -a -m "${3:-1}" -e "$1" <"$vm_dir/tail" >"$vm_dir/found"
    vm_found=$?
    cat "$vm_dir/found"
    kill "$vm_tail" 2>/dev/null || true
    pkill -f "tail -n +1 -f $vm_dir/console" 2>/dev/null || true
    rm "$vm_dir/tail"
    return $vm_found
}

vm_kill() {
    [ -z "$vm_pid" ] || kill -9 "$vm_pid" 2>/dev/null || true
    vm_pid=''
}

vm_end() {
    exec 3>&- 4<&-
    wait "$vm_pid"
    vm_status=$?
    vm_pid=''
    return $vm_status
}
