/* SPDX-License-Identifier: MIT */
/* The accelerator "tcg": A64 guests in software on any host. */
#include "accel/tcg/a64/a64.h"
#include "accel/tcg/code-cache.h"
#include "accel/tcg/exec.h"
#include "accel/tcg/jit-log.h"
#include "accel/tcg/jit.h"
#include "accel/tcg/options.h"
#include "accel/tcg/stats.h"
#include "accel/tcg/tlb.h"
#include "accel/tcg/verify.h"
#include "softmmu/accel.h"
#include "util/module.h"

#define TYPE_TCG_ACCEL "tcg" ACCEL_CLASS_SUFFIX

typedef struct TcgAccel {
    Object parent;
    TcgOptions options;
} TcgAccel;

/* ---- vCPUs */

/* Who else may execute atomic instructions on the guest's memory, beside this vCPU. */
static void look_for_company(const CpuState *cs)
{
    bool company = false;

    CPU_FOREACH (other) {
        company = company || (cs && other != cs && tcg_options.thread != TCG_THREAD_SINGLE);
    }
    for (const RamBlock *rb = ram_blocks; rb; rb = rb->next) {
        company = company || rb->shared;
    }
    if (company) {
        jit_company();
    }
}

static void address_space_changed(MemoryListener *l, AddressSpace *as)
{
    look_for_company(NULL);
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
    TcgCpu *t;

    if (tcg_options.verify && icount_enabled()) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "Parameter 'verify' has nothing to compare with -icount, which "
                              "executes no translated code");
    }
    t = g_new0(TcgCpu, 1);
    t->cpu = arm_cpu_of(cs);
    look_for_company(cs);
    listen(cs->as);
    listen(t->cpu->as_secure);
    t->cpu->excl_addr = UINT64_MAX;
    t->leave_record.op = A64_OP_LEAVE;
    t->jump_record.op = A64_OP_JUMP;
    t->checks_branches = arm_has(t->cpu, ARM_FEAT_BTI);
    cs->accel_data = t;
    return tlb_create(t);
}

static void tcg_destroy(CpuState *cs)
{
    TcgCpu *t = cs->accel_data;

    cs->accel_data = NULL;
    if (t) {
        tlb_destroy(t);
        tcg_verify_destroy(t);
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

TcgOptions tcg_options;

static bool tcg_available(const char *target, Error **errp)
{
    if (strcmp(target, "aarch64") != 0) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "tcg does not execute %s guests",
                              target);
    }
    return true;
}

static bool check_tier(TcgOptions *o, Error **errp)
{
    if (!JIT_FOR_HOST && o->tier == TCG_TIER_JIT) {
        return error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                              "There is no translator for this host: tier=interp or tier=auto");
    }
    return true;
}

static bool check_tb_size(TcgOptions *o, Error **errp)
{
    const uint32_t min = CODE_CACHE_MIN >> 20, max = CODE_CACHE_MAX >> 20;

    if (o->tb_size == 0) {
        o->tb_size = TCG_TB_SIZE_DEFAULT;
    }
    if (o->tb_size < min || o->tb_size > max) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'tb-size' expects a number of MiB from %u to %u", min,
                              max);
    }
    return true;
}

static bool check_verify(TcgOptions *o, Error **errp)
{
    if (o->verify && (!JIT_FOR_HOST || o->tier == TCG_TIER_INTERP)) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'verify' expects a translator to compare: %s",
                              JIT_FOR_HOST ? "tier=jit or tier=auto"
                                           : "there is none for this host");
    }
    return true;
}

/* Here and not in setup: a dry run finds it too. */
static bool tcg_changed(Object *obj, const Property *prop, Error **errp)
{
    TcgOptions *o = &((TcgAccel *)obj)->options;

    return check_tier(o, errp) && check_tb_size(o, errp) && check_verify(o, errp) &&
           host_level_check((HostLevel)o->host, errp);
}

/* Branches arrive at an instruction so often before it is translated. */
enum { WARM = 12 };

/* tier=auto does without where there is none for the host, or the host refuses it. */
static bool start_translator(Error **errp)
{
    uint64_t size = (uint64_t)tcg_options.tb_size << 20;
    g_autoptr(Error) err = NULL;

    tcg_options.heat_limit = tcg_options.tier == TCG_TIER_JIT ? 0 : WARM;
    if (tcg_options.tier != TCG_TIER_INTERP && jit_init(size, &err)) {
        return true;
    }
    if (tcg_options.tier == TCG_TIER_JIT) {
        g_propagate_error(errp, g_steal_pointer(&err));
        return false;
    }
    tcg_options.tier = TCG_TIER_INTERP;
    tcg_options.heat_limit = TCG_NEVER;
    return true;
}

static bool tcg_setup(Object *accel, Error **errp)
{
    tcg_options = ((TcgAccel *)accel)->options;
    if (tcg_options.verify) {
        tcg_options.thread = TCG_THREAD_SINGLE;
    }
    if (tcg_options.host != HOST_LEVEL_AUTO) { /* else it is found out when it is needed */
        host_level_set((HostLevel)tcg_options.host);
    }
    if (!jit_perf_init(tcg_options.perfmap, tcg_options.jitdump, errp)) {
        return false;
    }
    if (!start_translator(errp)) {
        return false;
    }
    ram_code_written = code_written;
    if (tcg_options.thread == TCG_THREAD_SINGLE) {
        cpus_take_turns();
    }
    return true;
}

static void tcg_class_init(ObjectClass *klass, const void *data)
{
    AccelClass *ac = (AccelClass *)klass;

    klass->changed = tcg_changed;
    ac->name = "tcg";
    ac->help = "executes guest instructions in software";
    ac->available = tcg_available;
    ac->setup = tcg_setup;
    ac->cpu_ops = &tcg_cpu_ops;
    ac->stats = tcg_stats;
}

/* In the order of their enumerations. */
static const char *const thread_names[] = {"multi", "single", NULL};
static const char *const tier_names[] = {"interp", "jit", "auto", NULL};
static const char *const host_names[] = {"auto", "sse4", "avx2", "avx512", NULL};

#define OPTION(k, n, field, def, text, ...)                                               \
    {                                                                                     \
        .name = (n), .kind = (k), .offset = offsetof(TcgAccel, options.field),            \
        .has_default = true, .default_value = (def), .description = (text), ##__VA_ARGS__ \
    }

static const Property tcg_properties[] = {
    OPTION(PROP_ENUM, "thread", thread, TCG_THREAD_MULTI, "a thread for each vCPU, or one for all",
           .enum_names = thread_names),
    OPTION(PROP_ENUM, "tier", tier, TCG_TIER_AUTO,
           "interpret, translate, or translate where the host allows it", .enum_names = tier_names),
    OPTION(PROP_UINT32, "tb-size", tb_size, TCG_TB_SIZE_DEFAULT,
           "MiB for translated code and its tables, 8 to 2047 (0: 256)"),
    OPTION(PROP_BOOL, "one-insn-per-tb", one_insn_per_tb, false,
           "translate each instruction by itself"),
    OPTION(PROP_ENUM, "host", host, HOST_LEVEL_AUTO,
           "use no instructions of the host beyond this level", .enum_names = host_names),
    OPTION(PROP_UINT64, "verify", verify, 0,
           "compare every so many translated blocks with the interpreter (0: none); "
           "implies thread=single"),
    OPTION(PROP_BOOL, "perfmap", perfmap, false, "names of translated code in /tmp/perf-PID.map"),
    OPTION(PROP_BOOL, "jitdump", jitdump, false, "translated code in jit-PID.dump"),
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
