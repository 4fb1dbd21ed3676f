# SPDX-License-Identifier: MIT
backends-srcs += $(addprefix backends/,aes.c authz.c host-file.c hostmem.c hostmem-file.c iothread.c \
    qmp-iothread.c qmp-tpm.c rng.c secret.c)

unit-tests +=
