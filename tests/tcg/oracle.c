/* SPDX-License-Identifier: MIT */
/* The oracle: libunicorn, one instruction at a time. */
#include "tests/tcg/diff.h"

#include "config.h"
#include "tests/tcg/env.h"

#if CONFIG_HAVE_UNICORN
#include <unicorn/unicorn.h>

#ifdef __SANITIZE_ADDRESS__
/* What the library does not free is not ours. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libunicorn\n";
}
#endif

/* An engine that flushed its translations once crashes when it is told of changed code. */
enum { N_REGS = 31 + 5 + 32, STEPS_PER_ENGINE = 20000 };

static uc_engine *uc;
static uint8_t *memory;
static int reg_ids[N_REGS];
static unsigned steps;

static void list_registers(void)
{
    static const int others[] = {UC_ARM64_REG_SP, UC_ARM64_REG_PC, UC_ARM64_REG_NZCV,
                                 UC_ARM64_REG_FPCR, UC_ARM64_REG_FPSR};

    for (int i = 0; i < 31; i++) {
        reg_ids[i] = i < 29 ? UC_ARM64_REG_X0 + i : i == 29 ? UC_ARM64_REG_X29 : UC_ARM64_REG_X30;
    }
    for (int i = 0; i < 5; i++) {
        reg_ids[31 + i] = others[i];
    }
    for (int i = 0; i < 32; i++) {
        reg_ids[36 + i] = UC_ARM64_REG_Q0 + i;
    }
}

/* Whatever the oracle translates ahead, and where branches lead, ends at once: b . */
static void fill_code(uint64_t from, uint64_t to)
{
    static const uint32_t branch_to_self = 0x14000000;

    for (uint64_t at = from; at < to; at += 4) {
        memcpy(memory + DIFF_CODE + at, &branch_to_self, 4);
    }
}

static uc_err write_sysreg(uint32_t op1, uint32_t crn, uint32_t crm, uint32_t op2, uint64_t v)
{
    uc_arm64_cp_reg r = {.crn = crn, .crm = crm, .op0 = 3, .op1 = op1, .op2 = op2, .val = v};

    return uc_reg_write(uc, UC_ARM64_REG_CP_REG, &r);
}

/* As env_reset_state() has them, but without an MMU. Only an executed MSR makes the oracle look at
 * the bits that turn pointer authentication on. */
static uc_err write_sysregs(void)
{
    static const uint32_t msr_sctlr_x0 = 0xd5181000;
    uint64_t sctlr = ENV_SCTLR & ~1ull;
    uc_err err = write_sysreg(0, 2, 0, 2, ENV_TCR);

    for (uint32_t k = 0; k < 10 && err == UC_ERR_OK; k++) {
        err = write_sysreg(0, 2, 1 + k / 4, k % 4, ENV_KEY(k / 2, k % 2));
    }
    if (err == UC_ERR_OK) { /* the levels above, which it has, allow it */
        err = write_sysreg(4, 1, 1, 0, HCR_RW | 3ull << 40);
    }
    if (err == UC_ERR_OK) {
        err = write_sysreg(6, 1, 1, 0, SCR_RW | SCR_NS | 3u << 16);
    }
    memcpy(memory + DIFF_CODE, &msr_sctlr_x0, sizeof(msr_sctlr_x0));
    uc_reg_write(uc, UC_ARM64_REG_X0, &sctlr);
    if (err == UC_ERR_OK) {
        err = uc_emu_start(uc, ENV_RAM_BASE + DIFF_CODE, 0, 0, 1);
    }
    fill_code(0, 4);
    uc_ctl_remove_cache(uc, ENV_RAM_BASE + DIFF_CODE, ENV_RAM_BASE + DIFF_CODE + 4);
    return err;
}

static uc_err open_engine(void)
{
    uint64_t fpen = 3 << 20;
    uc_err err = uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &uc);

    if (err == UC_ERR_OK) {
        err = uc_ctl_set_cpu_model(uc, UC_CPU_ARM64_MAX);
    }
    if (err == UC_ERR_OK) {
        err = uc_mem_map_ptr(uc, ENV_RAM_BASE, ENV_RAM_SIZE, UC_PROT_ALL, memory);
    }
    err = err == UC_ERR_OK ? uc_reg_write(uc, UC_ARM64_REG_CPACR_EL1, &fpen) : err;
    return err == UC_ERR_OK ? write_sysregs() : err;
}

uint8_t *oracle_open(const char **ret_reason)
{
    memory = aligned_alloc(4096, ENV_RAM_SIZE);
    memset(memory, 0, ENV_RAM_SIZE);
    uc_err err = open_engine();
    if (err != UC_ERR_OK) {
        *ret_reason = uc_strerror(err);
        return NULL;
    }
    list_registers();
    fill_code(0, DIFF_CODE_SIZE);
    return memory;
}

static void register_pointers(DiffState *s, uint64_t words[3], void **ret)
{
    void *others[] = {&s->sp, &s->pc, &words[0], &words[1], &words[2]};

    for (int i = 0; i < 31; i++) {
        ret[i] = &s->x[i];
    }
    memcpy(ret + 31, others, sizeof(others));
    for (int i = 0; i < 32; i++) {
        ret[36 + i] = &s->v[i];
    }
}

void oracle_step(uint32_t word, DiffState *s)
{
    uint64_t words[3] = {s->nzcv, s->fpcr, s->fpsr}, pc = s->pc;
    void *values[N_REGS];

    if (++steps % STEPS_PER_ENGINE == 0) {
        uc_close(uc);
        if (open_engine() != UC_ERR_OK) {
            abort();
        }
    }
    register_pointers(s, words, values);
    memcpy(memory + (pc - ENV_RAM_BASE), &word, 4);
    uc_ctl_remove_cache(uc, pc, pc + 4);
    uc_reg_write_batch(uc, reg_ids, values, N_REGS);
    uc_err err = uc_emu_start(uc, pc, 0, 0, 1);
    s->faulted = err != UC_ERR_OK && err != UC_ERR_FETCH_UNMAPPED; /* it got where it went */
    fill_code(pc - ENV_RAM_BASE, pc - ENV_RAM_BASE + 4);
    uc_reg_read_batch(uc, reg_ids, values, N_REGS);
    s->nzcv = (uint32_t)words[0] & PSTATE_NZCV;
    s->fpcr = (uint32_t)words[1];
    s->fpsr = (uint32_t)words[2];
}

#else

uint8_t *oracle_open(const char **ret_reason)
{
    *ret_reason = "libunicorn was not found by configure";
    return NULL;
}

void oracle_step(uint32_t word, DiffState *s)
{
}

#endif
