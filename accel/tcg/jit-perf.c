/* SPDX-License-Identifier: MIT */
/* Names of translated code for perf(1): /tmp/perf-PID.map, lines of address, size and name, which
 * it reads by itself; and jit-PID.dump in the current directory, with time and bytes, which
 * `perf inject --jit` takes (Linux, tools/perf/Documentation/jitdump-specification.txt). The first
 * has the last name of memory that is used again, the second has them all. */
#include "accel/tcg/jit-log.h"
#include "util/lock.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef struct DumpHeader {
    uint32_t magic, version, total_size, elf_mach, pad, pid;
    uint64_t timestamp, flags;
} DumpHeader;

/* A record of code that was made; the name with its NUL and the code follow. */
typedef struct DumpLoad {
    uint32_t id, total_size;
    uint64_t timestamp;
    uint32_t pid, tid;
    uint64_t vma, code_addr, code_size, code_index;
} DumpLoad;

enum { DUMP_MAGIC = 0x4a695444, DUMP_VERSION = 1, DUMP_LOAD = 0 };

bool jit_perf_on;
static Mutex lock; /* guards what follows, and both files */
static FILE *map_file, *dump_file;
static uint64_t dumped;

static uint64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* A new file: what an earlier process left there is replaced, and no link is followed. */
static FILE *create(const char *path, Error **errp)
{
    FILE *f = NULL;
    int fd;

    unlink(path);
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd >= 0 && !(f = fdopen(fd, "w+"))) {
        close(fd);
    }
    if (!f) {
        error_set_errno(errp, errno, "Could not create '%s'", path);
    }
    return f;
}

/* perf learns of the dump by an executable mapping of it: nobody executes it, and it is not
 * writable. */
static bool announce(FILE *f, Error **errp)
{
    if (mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_EXEC, MAP_PRIVATE, fileno(f),
             0) == MAP_FAILED) {
        return error_set_errno(errp, errno, "Could not map the jitdump file");
    }
    return true;
}

static bool open_dump(const char *path, Error **errp)
{
    DumpHeader h = {
        .magic = DUMP_MAGIC,
        .version = DUMP_VERSION,
        .total_size = sizeof(h),
#ifdef __x86_64__
        .elf_mach = EM_X86_64,
#endif
        .pid = (uint32_t)getpid(),
        .timestamp = now_ns(),
    };

    dump_file = create(path, errp);
    if (!dump_file) {
        return false;
    }
    if (fwrite(&h, sizeof(h), 1, dump_file) != 1 || fflush(dump_file) != 0) {
        return error_set_errno(errp, errno, "Could not write '%s'", path);
    }
    return announce(dump_file, errp);
}

bool jit_perf_init(bool map, bool dump, Error **errp)
{
    g_autofree char *map_path = g_strdup_printf("/tmp/perf-%d.map", (int)getpid());
    g_autofree char *dump_path = g_strdup_printf("jit-%d.dump", (int)getpid());
    bool ok = true;

    mutex_lock(&lock);
    if (map) {
        map_file = create(map_path, errp);
        ok = map_file != NULL;
    }
    ok = ok && (!dump || open_dump(dump_path, errp));
    jit_perf_on = ok && (map || dump);
    if (!ok && map_file) {
        unlink(map_path);
    }
    mutex_unlock(&lock);
    return ok;
}

static bool dump(const char *name, const uint8_t *code, size_t len)
{
    DumpLoad r = {
        .id = DUMP_LOAD,
        .total_size = (uint32_t)(sizeof(r) + strlen(name) + 1 + len),
        .timestamp = now_ns(),
        .pid = (uint32_t)getpid(),
        .tid = (uint32_t)gettid(),
        .vma = (uintptr_t)code,
        .code_addr = (uintptr_t)code,
        .code_size = len,
        .code_index = dumped++,
    };

    return fwrite(&r, sizeof(r), 1, dump_file) == 1 &&
           fwrite(name, strlen(name) + 1, 1, dump_file) == 1 &&
           fwrite(code, len, 1, dump_file) == 1 && fflush(dump_file) == 0;
}

/* A full disk ends the file, not the machine. */
static void check_written(FILE **f, bool ok)
{
    if (!ok) {
        error_report("Could not write names of translated code: %s", strerror(errno));
        fclose(*f);
        *f = NULL;
    }
}

void jit_perf_name(const char *name, const uint8_t *code, size_t len)
{
    mutex_lock(&lock);
    if (map_file) {
        bool ok = fprintf(map_file, "%" PRIxPTR " %zx %s\n", (uintptr_t)code, len, name) > 0;

        check_written(&map_file, fflush(map_file) == 0 && ok);
    }
    if (dump_file) {
        check_written(&dump_file, dump(name, code, len));
    }
    mutex_unlock(&lock);
}
