# SPDX-License-Identifier: MIT
# Debian packages: what building and checking need, and how they are installed. Source it.
# shellcheck shell=sh disable=SC2034
build_packages="gcc make pkg-config libc6-dev libglib2.0-dev libjson-glib-dev libfdt-dev zlib1g-dev libseccomp-dev libgnutls28-dev check"
check_packages="socat procps clang clang-format clang-tidy cppcheck shellcheck libunicorn-dev
 gcc-aarch64-linux-gnu qemu-system-arm qemu-user qemu-efi-aarch64 u-boot-qemu acpica-tools cpio debian-installer-12-netboot-arm64 libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients
 git libclang-rt-14-dev libcapstone-dev"

# Installs those of the named packages that are missing; as root, or through sudo.
install_packages() {
    missing=''
    for p; do
        dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
    done
    [ -n "$missing" ] || return 0
    echo "Installing:$missing"
    sudo=''
    [ "$(id -u)" = 0 ] || sudo=sudo
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y --no-install-recommends $missing >/dev/null 2>&1 && return 0
    $sudo apt-get update >/dev/null
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y --no-install-recommends $missing >/dev/null
}
