/* SPDX-License-Identifier: MIT */
/* -sandbox: system calls that the process gives up (seccomp(2), through libseccomp, which is loaded
 * only when it is asked for). A call that is given up ends the process with SIGSYS; one that
 * libraries merely try is refused with an errno instead. */
#include "softmmu/sandbox.h"

#include "config.h"

bool sandbox_check(const SandboxConfig *c, Error **errp)
{
    const struct {
        const char *name;
        bool children;
    } only_deny[] = {
        {"obsolete", c->has_obsolete && c->obsolete == SANDBOX_SWITCH_CHILDREN},
        {"spawn", c->has_spawn && c->spawn == SANDBOX_SWITCH_CHILDREN},
        {"resourcecontrol",
         c->has_resourcecontrol && c->resourcecontrol == SANDBOX_SWITCH_CHILDREN},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(only_deny); i++) {
        if (only_deny[i].children) {
            return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "invalid argument for %s",
                                  only_deny[i].name);
        }
    }
    return true;
}

#if CONFIG_HAVE_SECCOMP

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>

/* What is used of the library. */
typedef struct Library {
    scmp_filter_ctx (*init)(uint32_t def_action);
    int (*attr_set)(scmp_filter_ctx ctx, enum scmp_filter_attr attr, uint32_t value);
    int (*rule_add)(scmp_filter_ctx ctx, uint32_t action, int syscall, unsigned arg_cnt,
                    const struct scmp_arg_cmp *args);
    int (*load)(scmp_filter_ctx ctx);
    void (*release)(scmp_filter_ctx ctx);
} Library;

/* Nothing that a machine emulator does. */
static const int never[] = {
    SCMP_SYS(reboot),        SCMP_SYS(swapon),
    SCMP_SYS(swapoff),       SCMP_SYS(syslog),
    SCMP_SYS(mount),         SCMP_SYS(umount2),
    SCMP_SYS(kexec_load),    SCMP_SYS(kexec_file_load),
    SCMP_SYS(init_module),   SCMP_SYS(finit_module),
    SCMP_SYS(delete_module), SCMP_SYS(pivot_root),
    SCMP_SYS(ptrace),        SCMP_SYS(acct),
    SCMP_SYS(settimeofday),  SCMP_SYS(clock_settime),
    SCMP_SYS(adjtimex),      SCMP_SYS(add_key),
    SCMP_SYS(request_key),   SCMP_SYS(keyctl),
    SCMP_SYS(bpf),           SCMP_SYS(unshare),
    SCMP_SYS(setns),         SCMP_SYS(open_by_handle_at),
};

static const int obsolete[] = {
    SCMP_SYS(readdir), SCMP_SYS(bdflush),      SCMP_SYS(break),         SCMP_SYS(ftime),
    SCMP_SYS(gtty),    SCMP_SYS(lock),         SCMP_SYS(mpx),           SCMP_SYS(prof),
    SCMP_SYS(profil),  SCMP_SYS(stty),         SCMP_SYS(ulimit),        SCMP_SYS(uselib),
    SCMP_SYS(ustat),   SCMP_SYS(_sysctl),      SCMP_SYS(afs_syscall),   SCMP_SYS(getpmsg),
    SCMP_SYS(putpmsg), SCMP_SYS(query_module), SCMP_SYS(create_module), SCMP_SYS(nfsservctl),
    SCMP_SYS(sysfs),
};

static const int elevate[] = {
    SCMP_SYS(setuid),   SCMP_SYS(setgid),   SCMP_SYS(setpgid),   SCMP_SYS(setsid),
    SCMP_SYS(setreuid), SCMP_SYS(setregid), SCMP_SYS(setresuid), SCMP_SYS(setresgid),
    SCMP_SYS(setfsuid), SCMP_SYS(setfsgid), SCMP_SYS(setgroups), SCMP_SYS(capset),
};

static const int spawn[] = {SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(execve), SCMP_SYS(execveat)};

static const int resources[] = {
    SCMP_SYS(setpriority),       SCMP_SYS(sched_setparam), SCMP_SYS(sched_setscheduler),
    SCMP_SYS(sched_setaffinity), SCMP_SYS(sched_setattr),  SCMP_SYS(ioprio_set),
    SCMP_SYS(setrlimit),         SCMP_SYS(mbind),          SCMP_SYS(set_mempolicy),
    SCMP_SYS(migrate_pages),     SCMP_SYS(move_pages),
};

static bool open_library(Library *lib)
{
    void *so = dlopen("libseccomp.so.2", RTLD_NOW | RTLD_LOCAL);

    if (!so) {
        return false;
    }
    *(void **)&lib->init = dlsym(so, "seccomp_init");
    *(void **)&lib->attr_set = dlsym(so, "seccomp_attr_set");
    *(void **)&lib->rule_add = dlsym(so, "seccomp_rule_add_array");
    *(void **)&lib->load = dlsym(so, "seccomp_load");
    *(void **)&lib->release = dlsym(so, "seccomp_release");
    return lib->init && lib->attr_set && lib->rule_add && lib->load && lib->release;
}

/* Calls that this architecture does not have are no error. */
static int refuse(const Library *lib, scmp_filter_ctx ctx, uint32_t action, const int *calls,
                  size_t n)
{
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++) {
        rc = lib->rule_add(ctx, action, calls[i], 0, NULL);
        rc = rc == -EDOM || rc == -EINVAL ? 0 : rc;
    }
    return rc;
}

static bool denied(bool has, SandboxSwitch value)
{
    return has && value != SANDBOX_SWITCH_ALLOW;
}

/* Threads yes, processes no. The flags of clone3() cannot be seen, so libraries have to use
 * clone(). */
static int refuse_processes(const Library *lib, scmp_filter_ctx ctx)
{
    const struct scmp_arg_cmp no_thread = SCMP_A0_64(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
    int rc = refuse(lib, ctx, SCMP_ACT_KILL_PROCESS, spawn, G_N_ELEMENTS(spawn));

    rc = rc ? rc : lib->rule_add(ctx, SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 1, &no_thread);
    return rc ? rc : lib->rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0, NULL);
}

static int add_rules(const Library *lib, scmp_filter_ctx ctx, const SandboxConfig *c)
{
    int rc = refuse(lib, ctx, SCMP_ACT_KILL_PROCESS, never, G_N_ELEMENTS(never));

    if (!rc && (!c->has_obsolete || denied(true, c->obsolete))) {
        rc = refuse(lib, ctx, SCMP_ACT_KILL_PROCESS, obsolete, G_N_ELEMENTS(obsolete));
    }
    if (!rc && c->has_elevateprivileges && c->elevateprivileges == SANDBOX_SWITCH_DENY) {
        rc = refuse(lib, ctx, SCMP_ACT_KILL_PROCESS, elevate, G_N_ELEMENTS(elevate));
    }
    if (!rc && denied(c->has_spawn, c->spawn)) {
        rc = refuse_processes(lib, ctx);
    }
    if (!rc && denied(c->has_resourcecontrol, c->resourcecontrol)) {
        rc = refuse(lib, ctx, SCMP_ACT_ERRNO(EPERM), resources, G_N_ELEMENTS(resources));
    }
    return rc;
}

bool sandbox_enter(const SandboxConfig *c, Error **errp)
{
    Library lib;
    int rc;

    if (!sandbox_check(c, errp)) {
        return false;
    }
    if (!open_library(&lib)) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "libseccomp.so.2 cannot be loaded (Debian: libseccomp2)");
    }
    scmp_filter_ctx ctx = lib.init(SCMP_ACT_ALLOW);
    if (!ctx) {
        return error_set_code(errp, ERROR_CODE_HOST_FAILURE, "cannot make a filter");
    }
    /* "children": this process keeps its rights, what it runs gains none. */
    if (denied(c->has_elevateprivileges, c->elevateprivileges)) {
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    }
    rc = lib.attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
    rc = rc ? rc : add_rules(&lib, ctx, c);
    rc = rc ? rc : lib.load(ctx);
    lib.release(ctx);
    return rc == 0 || error_set_errno(errp, -rc, "failed to install the system call filter");
}

#else

bool sandbox_enter(const SandboxConfig *c, Error **errp)
{
    return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                          "built without libseccomp (Debian: libseccomp-dev)");
}

#endif
