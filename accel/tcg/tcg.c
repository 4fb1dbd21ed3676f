/* SPDX-License-Identifier: MIT */
/* The accelerator "tcg": A64 guests in software on any host. */
#include "accel/tcg/a64/a64.h"
#include "accel/tcg/code.h"
#include "accel/tcg/exec.h"
#include "accel/tcg/jit.h"
#include "accel/tcg/options.h"
#include "accel/tcg/tlb.h"
#include "softmmu/accel.h"
#include "util/module.h"

#define TYPE_TCG_ACCEL "tcg" ACCEL_CLASS_SUFFIX

typedef struct TcgAccel {
    Object parent;
    int thread; /* index into thread_names */
} TcgAccel;

enum { THREAD_MULTI, THREAD_SINGLE };
static const char *const thread_names[] = {"multi", "single", NULL};

/* ---- vCPUs */

static void address_space_changed(MemoryListener *l, AddressSpace *as)
{
    tlb_post_flush_all();
}

/* vCPUs see the machine's address space, and one for Secure accesses where the board has it. */
static void listen(AddressSpace *as) REQUIRES(vm_lock)
{
    static struct {
        MemoryListener listener;
        AddressSpace *as;
    } known[2];

    for (size_t i = 0; as && i < G_N_ELEMENTS(known) && known[i].as != as; i++) {
        if (!known[i].as) {
            known[i].as = as;
            known[i].listener.changed = address_space_changed;
            address_space_add_listener(as, &known[i].listener);
            return;
        }
    }
}

static bool tcg_create(CpuState *cs, Error **errp) NO_THREAD_SAFETY
{
    TcgCpu *t = g_new0(TcgCpu, 1);

    t->cpu = arm_cpu_of(cs);
    listen(cs->as);
    listen(t->cpu->as_secure);
    t->cpu->excl_addr = UINT64_MAX;
    t->leave_record.op = A64_OP_LEAVE;
    t->jump_record.op = A64_OP_JUMP;
    cs->accel_data = t;
    return tlb_create(t);
}

static void tcg_destroy(CpuState *cs)
{
    TcgCpu *t = cs->accel_data;

    cs->accel_data = NULL;
    if (t) {
        tlb_destroy(t);
        free(t->alone);
        free(t->alone_jit);
        g_free(t);
    }
}

/* exit_request is set, and looked at by every taken branch. */
static void tcg_kick(CpuState *cs)
{
}

static const AccelCpuOps tcg_cpu_ops = {
    .create = tcg_create,
    .destroy = tcg_destroy,
    .exec = tcg_exec,
    .kick = tcg_kick,
    .state_changed = tlb_state_changed,
    .regime_changed = tlb_regime_changed,
    .tlb_flush = tlb_flush,
    .disassemble = a64_disassemble,
};

/* ---- the accelerator */

static bool tcg_available(const char *target, Error **errp)
{
    if (strcmp(target, "aarch64") != 0) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "tcg does not execute %s guests",
                              target);
    }
    return true;
}

TcgOptions tcg_options = {TCG_NEVER};
static bool tcg_setup(Object *accel, Error **errp)
{
    if (getenv("POISE_JIT")) {
        tcg_options.heat_limit = (unsigned)atoi(getenv("POISE_JIT"));
        if (!jit_init(128 << 20, errp)) {
            return false;
        }
    }
    ram_code_written = code_written;
    if (((TcgAccel *)accel)->thread == THREAD_SINGLE) {
        cpus_take_turns();
    }
    return true;
}

static void tcg_class_init(ObjectClass *klass, const void *data)
{
    AccelClass *ac = (AccelClass *)klass;

    ac->name = "tcg";
    ac->help = "interprets guest instructions";
    ac->available = tcg_available;
    ac->setup = tcg_setup;
    ac->cpu_ops = &tcg_cpu_ops;
}

static const Property tcg_properties[] = {
    DEFINE_PROP_ENUM("thread", TcgAccel, thread, thread_names, 0),
    DEFINE_PROP_END(),
};

static const TypeInfo tcg_types[] = {
    {
        .name = TYPE_TCG_ACCEL,
        .parent = TYPE_ACCEL,
        .instance_size = sizeof(TcgAccel),
        .properties = tcg_properties,
        .class_init = tcg_class_init,
    },
};

DEFINE_TYPES(tcg_types);
