# SPDX-License-Identifier: MIT
backends-srcs += $(addprefix backends/,aes.c authz.c host-file.c hostmem.c hostmem-file.c iothread.c \
    qmp-iothread.c qmp-tpm.c rng.c secret.c)

unit-tests += authz hostmem iothread rng secret
unit-libs-authz := util qapi qom backends
unit-libs-hostmem := util qapi qom backends
unit-libs-iothread := util qapi qom backends
unit-libs-rng := util qapi qom backends
unit-libs-secret := util qapi qom backends
