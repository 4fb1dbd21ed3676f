/* SPDX-License-Identifier: MIT */
/* The Arm CPU device: life cycle, PSTATE and stack pointers, interrupt inputs, properties. */
#include "hw/cpu/arm-internal.h"

#include "hw/cpu/arm-debug.h"
#include "hw/cpu/arm-exc.h"
#include "hw/cpu/arm-mmu.h"
#include "hw/cpu/arm-pmu.h"
#include "util/json.h"
#include "util/log.h"
#include "util/size.h"

#include <inttypes.h>

/* ---- PSTATE and SP */

/* The bank x[ARM_X_SP] belongs to. */
static int sp_in_use(uint32_t pstate)
{
    return pstate & PSTATE_SP ? pstate >> PSTATE_EL_SHIFT & 3 : 0;
}

uint64_t arm_sp_read(const ArmCpu *cpu, int el)
{
    return el == sp_in_use(cpu->pstate) ? cpu->x[ARM_X_SP] : cpu->sp_bank[el];
}

void arm_sp_write(ArmCpu *cpu, int el, uint64_t v)
{
    if (el == sp_in_use(cpu->pstate)) {
        cpu->x[ARM_X_SP] = v;
    } else {
        cpu->sp_bank[el] = v;
    }
}

void arm_pstate_write(ArmCpu *cpu, uint32_t spsr)
{
    int old_bank = sp_in_use(cpu->pstate);
    int new_bank = sp_in_use(spsr);
    uint32_t changed = cpu->pstate ^ spsr;
    bool pmu = unlikely(cpu->pmu_by_level) && (changed & 3u << PSTATE_EL_SHIFT);
    bool was_el3 = arm_el(cpu) == 3;

    if (pmu) {
        arm_pmu_before_change(cpu);
    }
    if (old_bank != new_bank) {
        cpu->sp_bank[old_bank] = cpu->x[ARM_X_SP];
        cpu->x[ARM_X_SP] = cpu->sp_bank[new_bank];
    }
    cpu->nzcv = spsr & PSTATE_NZCV;
    cpu->pstate = spsr & ~PSTATE_NZCV;
    if (pmu) {
        arm_pmu_after_change(cpu);
    }
    if (unlikely(cpu->security_changed) && (arm_el(cpu) == 3) != was_el3) {
        cpu->security_changed(cpu->gic_opaque);
    }
}

uint32_t arm_pstate_valid_mask(const ArmCpu *cpu)
{
    uint32_t mask = PSTATE_NZCV | PSTATE_SS | PSTATE_IL | PSTATE_DAIF | PSTATE_NRW |
                    3u << PSTATE_EL_SHIFT | PSTATE_SP;

    mask |= arm_has(cpu, ARM_FEAT_DIT) ? PSTATE_DIT : 0;
    mask |= arm_has(cpu, ARM_FEAT_UAO) ? PSTATE_UAO : 0;
    mask |= arm_has(cpu, ARM_FEAT_PAN) ? PSTATE_PAN : 0;
    mask |= arm_has(cpu, ARM_FEAT_SSBS) ? PSTATE_SSBS : 0;
    mask |= arm_has(cpu, ARM_FEAT_BTI) ? PSTATE_BTYPE : 0;
    return mask;
}

/* Under TGE there is no EL1: what is only for it counts no more. Stage 2 and the traps of EL0 do,
 * unless EL0 is the host's. */
uint64_t arm_hcr_effective(const ArmCpu *cpu)
{
    const uint64_t of_el1 = HCR_VF | HCR_VI | HCR_VSE | HCR_TSC;
    const uint64_t routes = HCR_FMO | HCR_IMO | HCR_AMO;
    const uint64_t of_guest = HCR_VM | HCR_SWIO | HCR_PTW | HCR_FB | HCR_DC | HCR_TWI | HCR_TWE |
                              HCR_TTLB | HCR_CD | HCR_ID;
    uint64_t hcr = arm_el2_enabled(cpu) ? cpu->hcr : 0;

    if (!(hcr & HCR_TGE)) {
        return hcr;
    }
    return hcr & HCR_E2H ? hcr & ~(of_el1 | routes | of_guest) : (hcr & ~of_el1) | routes;
}

/* ---- what cpus.c asks */

/* Virtual interrupts are those of EL1 and EL0, while EL2 routes the physical ones to itself. */
static uint32_t wake_mask(const ArmCpu *cpu)
{
    uint32_t mask = ARM_INTERRUPT_IRQ | ARM_INTERRUPT_FIQ;

    if (cpu->has_el2 && arm_el(cpu) < 2) {
        uint64_t hcr = arm_hcr_effective(cpu);

        hcr = hcr & HCR_TGE ? 0 : hcr;
        mask |= (hcr & HCR_IMO ? ARM_INTERRUPT_VIRQ : 0) |
                (hcr & HCR_FMO ? ARM_INTERRUPT_VFIQ : 0) |
                (hcr & HCR_AMO ? ARM_INTERRUPT_VSERROR : 0);
    }
    return mask;
}

/* WFI and WFE end for a pending interrupt whether it is masked or not, WFE for an event too. */
static bool has_work(CpuState *cs)
{
    ArmCpu *cpu = arm_cpu_of(cs);

    if (__atomic_load_n(&cpu->power_off, __ATOMIC_ACQUIRE)) {
        return false;
    }
    return (atomic_load(&cs->interrupt) & wake_mask(cpu)) ||
           (__atomic_load_n(&cpu->event_wait, __ATOMIC_SEQ_CST) &&
            __atomic_load_n(&cpu->event_register, __ATOMIC_SEQ_CST));
}

void arm_cpu_reset_registers(ArmCpu *cpu)
{
    uint32_t el = (uint32_t)arm_highest_el(cpu) << PSTATE_EL_SHIFT;

    memset(cpu->x, 0, sizeof(cpu->x));
    memset(cpu->v, 0, sizeof(cpu->v));
    memset(cpu->sp_bank, 0, sizeof(cpu->sp_bank));
    cpu->fpcr = cpu->fpsr = 0;
    cpu->excl_addr = ~0ull;
    cpu->step_did = cpu->step_exclusive = false;
    cpu->psci_resume = false;
    arm_event_reset(cpu);
    cpu->nzcv = 0;
    cpu->pstate = el | PSTATE_SP | PSTATE_DAIF;
    cpu->pc = cpu->rvbar;
    arm_timer_reset(cpu);
    arm_pmu_reset(cpu);
    arm_sysregs_reset(cpu);
    arm_virtual_interrupts_update(cpu);
    arm_debug_update(cpu);
}

void arm_cpu_start_non_secure(ArmCpu *cpu, int el)
{
    if (cpu->has_el3) {
        cpu->scr |= SCR_NS | (cpu->has_el2 ? SCR_HCE : 0);
        cpu->scr |= arm_has(cpu, ARM_FEAT_PAUTH) ? SCR_APK | SCR_API : 0;
        cpu->scr |= arm_has_scxtnum(cpu) ? SCR_ENSCXT : 0;
    }
    if (cpu->has_el2 && el < 2) {
        cpu->hcr |= arm_has(cpu, ARM_FEAT_PAUTH) ? HCR_APK | HCR_API : 0;
        cpu->hcr |= arm_has_scxtnum(cpu) ? HCR_ENSCXT : 0;
        cpu->cnthctl |= 3; /* the physical counter and timer are EL1's */
    }
    arm_pstate_write(cpu, (uint32_t)el << PSTATE_EL_SHIFT | PSTATE_SP | PSTATE_DAIF);
}

static void cpu_reset(CpuState *cs) REQUIRES(vm_lock)
{
    ArmCpu *cpu = arm_cpu_of(cs);

    arm_cpu_reset_registers(cpu);
    if (cpu->boot_pc) {
        arm_cpu_start_non_secure(cpu, cpu->has_el2 ? 2 : 1);
        cpu->pc = cpu->boot_pc;
        cpu->x[0] = cpu->boot_x0;
    }
    cpu->psci_on_pending = false;
    __atomic_store_n(&cpu->power_off, cpu->start_powered_off, __ATOMIC_RELEASE);
    atomic_store(&cs->halted, cpu->start_powered_off);
    if (log_enabled(LOG_RESET)) {
        log_printf(LOG_RESET, "CPU %d reset, pc 0x%" PRIx64 "%s", cs->index, cpu->pc,
                   cpu->start_powered_off ? ", powered off" : "");
    }
}

static uint64_t get_pc(CpuState *cs)
{
    return arm_cpu_of(cs)->pc;
}

static void set_pc(CpuState *cs, uint64_t pc)
{
    arm_cpu_of(cs)->pc = pc;
}

/* As the privileged side of the current regime sees it, and without a trace. */
static bool translate(CpuState *cs, uint64_t va, uint64_t *ret_pa)
{
    ArmCpu *cpu = arm_cpu_of(cs);
    ArmMmuIdx idx = arm_mmu_idx(cpu);
    ArmMmuRequest req = {.va = va, .access = ARM_LOAD, .debug = true};
    ArmTranslation t;
    ArmException exc;

    req.idx = idx <= ARM_MMU_EL1_PAN      ? ARM_MMU_EL1
              : idx <= ARM_MMU_EL20_2_PAN ? ARM_MMU_EL20_2
                                          : idx;
    if (!arm_mmu_request(cpu, &req, &t, &exc)) {
        return false;
    }
    *ret_pa = t.pa;
    return true;
}

static const CpuOps arm_cpu_ops = {
    .target = "aarch64",
    .has_work = has_work,
    .reset = cpu_reset,
    .get_pc = get_pc,
    .set_pc = set_pc,
    .translate = translate,
    .dump = arm_cpu_dump,
    .get_register = arm_cpu_get_register,
};

ArmCpu *arm_cpu_by_affinity(uint64_t affinity)
{
    CPU_FOREACH (cs) {
        if (cs->ops != &arm_cpu_ops) {
            continue;
        }
        if (((arm_cpu_of(cs)->mpidr ^ affinity) & ARM_AFFINITY_MASK) == 0) {
            return arm_cpu_of(cs);
        }
    }
    return NULL;
}

const char *arm_cpu_dt_compatible(const ArmCpu *cpu)
{
    return ARM_CPU_GET_CLASS(cpu)->model->device_tree;
}

/* ---- interrupt inputs */

/* Inputs, and the bits of HCR_EL2 that pend the same. */
static const struct {
    uint32_t interrupt;
    uint64_t hcr;
} sources[] = {
    {ARM_INTERRUPT_IRQ, 0},       {ARM_INTERRUPT_FIQ, 0},           {ARM_INTERRUPT_VIRQ, HCR_VI},
    {ARM_INTERRUPT_VFIQ, HCR_VF}, {ARM_INTERRUPT_VSERROR, HCR_VSE}, /* no input */
};
enum { INPUTS = 4, FIRST_VIRTUAL = 2 };

static void source_update(ArmCpu *cpu, int n)
{
    uint64_t hcr = __atomic_load_n(&cpu->hcr, __ATOMIC_RELAXED);

    if ((cpu->input_levels >> n & 1) || (hcr & sources[n].hcr)) {
        cpu_interrupt(&cpu->cs, sources[n].interrupt);
    } else {
        cpu_interrupt_clear(&cpu->cs, sources[n].interrupt);
    }
}

void arm_virtual_interrupts_update(ArmCpu *cpu)
{
    for (int n = FIRST_VIRTUAL; n < (int)G_N_ELEMENTS(sources); n++) {
        source_update(cpu, n);
    }
}

static void input_changed(void *opaque, int n, int level)
{
    ArmCpu *cpu = opaque;

    cpu->input_levels = deposit64(cpu->input_levels, (unsigned)n, 1, level != 0);
    source_update(cpu, n);
}

/* ---- the device */

enum { MPIDR_RES1 = 1u << 31 };
#define MP_AFFINITY_BY_INDEX (~0ull)

/* Without a PMU, and with EL2 or EL3 once they exist, the identification registers differ. */
static void derive_id(ArmCpu *cpu)
{
    if (!cpu->has_pmu) {
        cpu->id.id_aa64dfr0 = deposit64(cpu->id.id_aa64dfr0, 8, 4, 0);
    }
    cpu->id.id_aa64pfr0 = deposit64(cpu->id.id_aa64pfr0, 8, 4, cpu->has_el2);
    cpu->id.id_aa64pfr0 = deposit64(cpu->id.id_aa64pfr0, 12, 4, cpu->has_el3);
    arm_features_apply(cpu);
    arm_features_derive(cpu);
}

static bool arm_cpu_realize(Device *dev, Error **errp) REQUIRES(vm_lock)
{
    ArmCpu *cpu = ARM_CPU(dev);
    bool by_index = cpu->mpidr == MP_AFFINITY_BY_INDEX;

    if (cpu->counter_hz < 1 || cpu->counter_hz > 1000000000) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'cntfrq' expects a value from 1 to 1000000000");
    }
    if (!by_index && (cpu->mpidr & ~(ARM_AFFINITY_MASK | MPIDR_RES1))) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "Parameter 'mp-affinity' has bits that are not affinity fields");
    }
    if (!arm_features_check(cpu, errp)) {
        return false;
    }
    derive_id(cpu);
    arm_sysregs_attach(cpu);
    arm_cpu_reset_registers(cpu);
    cpu->power_off = cpu->start_powered_off;
    atomic_store(&cpu->cs.halted, cpu->power_off);
    if (!by_index && arm_cpu_by_affinity(cpu->mpidr)) {
        arm_sysregs_detach(cpu);
        return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                              "There is a CPU with 'mp-affinity' 0x%" PRIx64 " already",
                              cpu->mpidr & ARM_AFFINITY_MASK);
    }
    if (by_index) {
        cpu->mpidr = (uint64_t)cpus_count();
    }
    cpu->mpidr |= MPIDR_RES1;
    if (!cpus_add(&cpu->cs, errp)) {
        arm_sysregs_detach(cpu);
        return false;
    }
    return true;
}

static void arm_cpu_unrealize(Device *dev) REQUIRES(vm_lock)
{
    ArmCpu *cpu = ARM_CPU(dev);

    arm_timer_stop(cpu);
    timer_del(&cpu->event_timer);
    arm_pmu_stop(cpu);
}

static void arm_cpu_instance_init(Object *obj)
{
    ArmCpu *cpu = ARM_CPU(obj);
    Device *dev = DEVICE(obj);

    cpu->cs.object = obj;
    cpu->cs.ops = &arm_cpu_ops;
    cpu->id = ARM_CPU_GET_CLASS(obj)->model->id;
    device_add_inputs(dev, "", input_changed, INPUTS);
    arm_timer_init(cpu);
    arm_event_init(cpu);
    arm_pmu_init(cpu);
    device_add_outputs(dev, "timer", cpu->timer_lines, ARM_TIMER_COUNT);
    device_add_outputs(dev, "pmu", &cpu->pmu_line, 1);
}

static void arm_cpu_instance_finalize(Object *obj)
{
    arm_sysregs_detach(ARM_CPU(obj));
}

static JsonNode *instructions_get(Object *obj, const Property *prop, Error **errp)
{
    uint64_t n = atomic_load_explicit(&ARM_CPU(obj)->cs.insn_count, memory_order_relaxed);

    return json_new_uint(n);
}

static JsonNode *aarch64_get(Object *obj, const Property *prop, Error **errp)
{
    return json_new_bool(true);
}

static bool aarch64_set(Object *obj, const Property *prop, JsonNode *value, Error **errp)
{
    const char *text = json_get_string(value);
    bool on = json_kind(value) == JSON_KIND_BOOL && json_node_get_boolean(value);

    if (text ? !parse_bool(text, &on, NULL) : json_kind(value) != JSON_KIND_BOOL) {
        return error_set_code(errp, ERROR_CODE_PARAMETER_TYPE,
                              "Invalid parameter type for '%s', expected: boolean", prop->name);
    }
    return on || error_set_code(errp, ERROR_CODE_NOT_SUPPORTED,
                                "'aarch64' feature cannot be disabled unless KVM is enabled and "
                                "32-bit EL1 is supported");
}

static const Property arm_cpu_properties[] = {
    {.name = "aarch64",
     .kind = PROP_CUSTOM,
     .type_name = "bool",
     .description = "AArch64 execution state; there is no CPU without it",
     .get = aarch64_get,
     .set = aarch64_set},
    DEFINE_PROP_BOOL("pmu", ArmCpu, has_pmu, true),
    DEFINE_PROP_BOOL("has_el2", ArmCpu, has_el2, false),
    DEFINE_PROP_BOOL("has_el3", ArmCpu, has_el3, false),
    DEFINE_PROP_UINT64("cntfrq", ArmCpu, counter_hz, 62500000),
    DEFINE_PROP_UINT64("mp-affinity", ArmCpu, mpidr, MP_AFFINITY_BY_INDEX),
    DEFINE_PROP_INT32("psci-conduit", ArmCpu, psci_conduit, ARM_PSCI_NONE),
    DEFINE_PROP_UINT64("rvbar", ArmCpu, rvbar, 0),
    DEFINE_PROP_BOOL("start-powered-off", ArmCpu, start_powered_off, false),
    {.name = "x-instructions",
     .kind = PROP_CUSTOM,
     .flags = PROP_READ_ONLY,
     .type_name = "uint64",
     .description = "Instructions executed so far",
     .get = instructions_get},
    DEFINE_PROP_END(),
};

static void arm_cpu_class_init(ObjectClass *klass, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->realize = arm_cpu_realize;
    dc->unrealize = arm_cpu_unrealize;
    dc->hash = arm_cpu_hash;
    dc->category = "CPU devices";
}

static void model_class_init(ObjectClass *klass, const void *data)
{
    const ArmModel *model = data;

    DEVICE_CLASS(klass)->desc = model->desc;
    ((ArmCpuClass *)klass)->model = model;
}

static const TypeInfo arm_cpu_type = {
    .name = TYPE_ARM_CPU,
    .parent = TYPE_CPU,
    .abstract = true,
    .instance_size = sizeof(ArmCpu),
    .class_size = sizeof(ArmCpuClass),
    .class_init = arm_cpu_class_init,
    .instance_init = arm_cpu_instance_init,
    .instance_finalize = arm_cpu_instance_finalize,
    .properties = arm_cpu_properties,
};

static void arm_cpu_register(void)
{
    static char names[16][32];
    static TypeInfo types[16];

    g_assert(arm_models_count <= G_N_ELEMENTS(types));
    type_register_static(&arm_cpu_type);
    for (size_t i = 0; i < arm_models_count; i++) {
        g_snprintf(names[i], sizeof(names[i]), "%s%s", arm_models[i].name, ARM_CPU_TYPE_SUFFIX);
        types[i] = (TypeInfo){
            .name = names[i],
            .parent = TYPE_ARM_CPU,
            .class_init = model_class_init,
            .class_data = &arm_models[i],
            .properties = arm_models[i].properties,
        };
        type_register_static(&types[i]);
    }
}
module_init(arm_cpu_register, MODULE_QOM);
