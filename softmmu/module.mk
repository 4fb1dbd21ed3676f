softmmu-srcs += softmmu/clock.c softmmu/main-loop.c softmmu/memory.c softmmu/memory-access.c \
                softmmu/ram.c softmmu/reset.c softmmu/vm-lock.c

unit-tests += memory
unit-libs-memory := util qapi qom softmmu
