/* SPDX-License-Identifier: MIT */
/* Random programs, by the interpreter and by the translator from the same state: registers, memory,
 * what every fault showed, and the number of instructions are the same. N=programs of each kind,
 * SEED=the first one's. */
#include "accel/tcg/code-cache.h"
#include "accel/tcg/host-caps.h"
#include "accel/tcg/jit.h"
#include "accel/tcg/options.h"
#include "tests/tcg/program.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PROGRAMS = 700, MAX_REPORTS = 3, SECONDS_EACH = 5, MAX_INSNS = 1000000 };

/* What a program leaves. */
typedef struct Outcome {
    uint64_t x[ARM_X_COUNT], pc, pstate, nzcv, fpcr, fpsr;
    uint64_t elr, spsr, esr, far, tpidr, excl_addr, insns;
    ArmVec v[32];
    uint8_t window[PROGRAM_WINDOW_SIZE], code[PROGRAM_CODE_SIZE], log[PROGRAM_LOG_SIZE];
    uint64_t log_size;
} Outcome;

static Outcome wanted, got;
static uint8_t pristine[PROGRAM_WINDOW_SIZE];
static volatile sig_atomic_t too_late;
static int endless; /* programs that do not end in the interpreter */

static uint8_t *host(uint64_t va)
{
    return env_ram + (va - ENV_RAM_BASE);
}

static void on_alarm(int sig)
{
    too_late = true;
    atomic_store(&env_cpu->cs.exit_request, 1);
}

/* ---- running */

/* What is there stays translated. */
static void restore_code(const Program *p)
{
    static uint8_t code[PROGRAM_CODE_SIZE];

    memset(code, 0, sizeof(code));
    memcpy(code + (p->start.pc - PROGRAM_CODE), p->words,
           MIN(p->n * 4ul, PROGRAM_CODE + PROGRAM_CODE_SIZE - p->start.pc));
    if (memcmp(code, host(PROGRAM_CODE), sizeof(code)) != 0) {
        memcpy(host(PROGRAM_CODE), code, sizeof(code));
        ram_written(ram_blocks, PROGRAM_CODE - ENV_RAM_BASE, sizeof(code));
    }
}

static void load(const Program *p)
{
    ArmCpu *cpu = env_cpu;
    const DiffState *s = &p->start;

    memcpy(host(PROGRAM_WINDOW), pristine, sizeof(pristine));
    restore_code(p);
    env_reset_state();
    cpu->exact_count = p->exact;
    cpu->sctlr[1] = p->sctlr;
    cpu->cpacr = p->cpacr;
    cpu->cntkctl = p->cntkctl;
    cpu->mair[1] = 0x04ff;
    cpu->elr[1] = cpu->spsr[1] = cpu->esr[1] = cpu->far[1] = cpu->tpidr[0] = 0;
    arm_pstate_write(cpu, p->pstate);
    diff_state_load(cpu, s);
    tlb_regime_changed(&cpu->cs);
    tlb_select(cpu, env_tcg);
}

static void store(const Program *p, uint64_t insns, Outcome *o)
{
    ArmCpu *cpu = env_cpu;

    memcpy(o->x, cpu->x, sizeof(o->x));
    memcpy(o->v, cpu->v, sizeof(o->v));
    o->pc = cpu->pc;
    o->pstate = cpu->pstate;
    o->nzcv = cpu->nzcv;
    o->fpcr = cpu->fpcr;
    o->fpsr = cpu->fpsr;
    o->elr = cpu->elr[1];
    o->spsr = cpu->spsr[1];
    o->esr = cpu->esr[1];
    o->far = cpu->far[1];
    o->tpidr = cpu->tpidr[0];
    o->excl_addr = cpu->excl_addr;
    o->insns = insns;
    o->log_size = MIN(cpu->x[p->log] - PROGRAM_LOG, (uint64_t)PROGRAM_LOG_SIZE);
    memcpy(o->window, host(PROGRAM_WINDOW), sizeof(o->window));
    memcpy(o->code, host(PROGRAM_CODE), sizeof(o->code));
    memcpy(o->log, host(PROGRAM_LOG), o->log_size);
}

static void run(const Program *p, unsigned heat_limit, Outcome *o)
{
    uint64_t before = atomic_load(&env_cpu->cs.insn_count);
    uint64_t limit = before + MAX_INSNS;

    load(p);
    tcg_options.heat_limit = heat_limit;
    env_cpu->cs.insn_limit = heat_limit == TCG_NEVER ? limit : UINT64_MAX;
    alarm(SECONDS_EACH);
    while (!atomic_load(&env_cpu->cs.halted) && !too_late &&
           atomic_load(&env_cpu->cs.insn_count) < env_cpu->cs.insn_limit) {
        atomic_store(&env_cpu->cs.exit_request, 0);
        env_run();
    }
    store(p, atomic_load(&env_cpu->cs.insn_count) - before, o);
}

/* ---- comparison */

static bool tell_word(const char *what, uint64_t a, uint64_t b)
{
    if (a != b) {
        tap_note("%s: interpreter %016" PRIx64 " translator %016" PRIx64, what, a, b);
    }
    return a != b;
}

static bool tell_bytes(const char *what, const uint8_t *a, const uint8_t *b, size_t size)
{
    for (size_t i = 0, told = 0; i + 8 <= size && told < 8; i += 8) {
        if (memcmp(a + i, b + i, 8) != 0) {
            g_autofree char *text = g_strdup_printf("%s+0x%zx", what, i);
            tell_word(text, ld_le(a + i, 8), ld_le(b + i, 8));
            told++;
        }
    }
    return memcmp(a, b, size) != 0;
}

static bool same(const Outcome *a, const Outcome *b)
{
    return memcmp(a, b, offsetof(Outcome, log)) == 0 && a->log_size == b->log_size &&
           memcmp(a->log, b->log, a->log_size) == 0;
}

static void tell_differences(const Outcome *a, const Outcome *b)
{
    char what[16];

    for (int i = 0; i < ARM_X_COUNT; i++) {
        snprintf(what, sizeof(what), "x%d", i);
        tell_word(what, a->x[i], b->x[i]);
    }
#define TELL(field) tell_word(#field, a->field, b->field)
    TELL(pc), TELL(pstate), TELL(nzcv), TELL(fpcr), TELL(fpsr), TELL(elr), TELL(spsr), TELL(esr);
    TELL(far), TELL(tpidr), TELL(excl_addr), TELL(insns), TELL(log_size);
#undef TELL
    tell_bytes("v", (const uint8_t *)a->v, (const uint8_t *)b->v, sizeof(a->v));
    tell_bytes("window", a->window, b->window, sizeof(a->window));
    tell_bytes("code", a->code, b->code, sizeof(a->code));
    tell_bytes("log", a->log, b->log, MIN(a->log_size, b->log_size));
}

static void tell_program(const Program *p)
{
    tap_note("%s, sctlr %" PRIx64 " cpacr %" PRIx64 " fpcr %x nzcv %x fpsr %x sp %" PRIx64,
             p->el0 ? "EL0" : "EL1", p->sctlr, p->cpacr, p->start.fpcr, p->start.nzcv,
             p->start.fpsr, p->start.sp);
    for (int i = 0; i < 31; i++) {
        tap_note("x%d %016" PRIx64, i, p->start.x[i]);
    }
    for (int i = 0; i < 32; i++) {
        tap_note("v%d %016" PRIx64 " %016" PRIx64, i, p->start.v[i].d[1], p->start.v[i].d[0]);
    }
    for (unsigned i = 0; i < p->n; i++) {
        uint64_t va = p->start.pc + i * 4;
        char text[128];

        a64_disassemble(p->words[i], va, text, sizeof(text));
        tap_note("%" PRIx64 ": %08x %s", va, p->words[i], text);
    }
    tap_note("temp x%u log x%u counter x%u", p->temp, p->log, p->counter);
}

/* ---- kinds of runs */

typedef struct Kind {
    const char *name;
    HostLevel level;
    bool one_insn, company;
    uint64_t verify;
} Kind;

/* Cold, then with everything translated (but for programs that change themselves). */
static bool run_one(const Program *p, const Kind *k, uint64_t seed, bool tell)
{
    run(p, TCG_NEVER, &wanted);
    if (!atomic_load(&env_cpu->cs.halted)) { /* some exceptions return to where they come from */
        endless++;
        return true;
    }
    for (int again = 0; again < 2 && !too_late; again++) {
        run(p, 0, &got);
        if (!same(&wanted, &got)) {
            if (tell) {
                tap_note("SEED=%" PRIu64 " N=1, %s, run %d", seed, k->name, again);
                tell_program(p);
                tell_differences(&wanted, &got);
            }
            return false;
        }
    }
    return true;
}

static void run_kind(const Kind *k, uint64_t seed, int n)
{
    static Program p;
    int failed = 0;
    uint64_t insns = 0, faults = 0;
    g_autoptr(Error) err = NULL;

    if (!host_level_check(k->level, &err)) {
        tap_skip(err->message, "%s", k->name);
        return;
    }
    host_level_set(k->level);
    tcg_options.one_insn_per_tb = k->one_insn;
    tcg_options.verify = k->verify;
    endless = 0;
    env_tcg->stats.verified = 0;
    if (k->company) { /* from here on */
        jit_company();
    }
    for (int i = 0; i < n && !too_late; i++) {
        program_make(&p, seed + (uint64_t)i);
        program_install(&p);
        ram_written(ram_blocks, PROGRAM_CODE - ENV_RAM_BASE, PROGRAM_CODE_SIZE);
        failed += !run_one(&p, k, seed + (uint64_t)i, failed < MAX_REPORTS);
        insns += wanted.insns;
        faults += wanted.log_size / (p.logs_vectors ? 800 : 288);
        if (too_late) {
            tap_note("SEED=%" PRIu64 " does not end: pc %" PRIx64 " elr %" PRIx64 " esr %" PRIx64,
                     seed + (uint64_t)i, wanted.pc, wanted.elr, wanted.esr);
            tell_program(&p);
        }
    }
    if (k->verify) {
        failed += env_tcg->stats.verified < (uint64_t)n || env_tcg->stats.differences;
        tap_note("%" PRIu64 " blocks compared", env_tcg->stats.verified);
    }
    tap(!failed && !too_late && endless <= 1 + n / 1000, "%s: %d programs", k->name, n);
    tap_note("%" PRIu64 " instructions, %" PRIu64 " exceptions, %d programs differ", insns, faults,
             failed);
}

int main(void)
{
    static const Kind kinds[] = {
        {"all of the host", HOST_LEVEL_AUTO, false, false, 0},
        {"sse4", HOST_LEVEL_SSE4, false, false, 0},
        {"avx2", HOST_LEVEL_AVX2, false, false, 0},
        {"one instruction a block", HOST_LEVEL_AUTO, true, false, 0},
        {"in lockstep", HOST_LEVEL_AUTO, false, false, 1},
        {"beside other vCPUs", HOST_LEVEL_AUTO, false, true, 0},
    };
    const char *seed = g_getenv("SEED"), *n = g_getenv("N");
    uint64_t first = seed ? strtoull(seed, NULL, 0) : 1;
    int programs = n ? atoi(n) : PROGRAMS;
    g_unsetenv("TIER");
    setvbuf(stdout, NULL, _IOLBF, 0);
    env_init();
    env_need_translator(CODE_CACHE_MIN); /* so little that it has to be emptied */
    env_cpu->isa_features = UINT64_MAX;
    signal(SIGALRM, on_alarm);
    for (size_t i = 0; i < sizeof(pristine); i++) {
        pristine[i] = (uint8_t)diff_random();
    }
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        run_kind(&kinds[i], first, programs);
    }
    CodeCacheInfo info = code_cache_info();
    tap_note("%" PRIu64 " evictions", info.evictions);
    if (programs >= PROGRAMS) {
        tap(info.evictions > 0, "memory of translated code was used again");
    }
    return tap_status();
}
