/* SPDX-License-Identifier: MIT */
/* Pointer authentication (Arm ARM D5.1.5): the codes, where they go in a pointer, the rules of use.
 *
 * Codes come from QARMA5, which is slow in software, or with the property pauth-impdef from a keyed
 * hash that is fast and no secret keeper; the identification registers tell which. */
#include "hw/cpu/arm-pauth.h"

#include "hw/cpu/arm-control.h"
#include "hw/cpu/arm-internal.h"
#include "hw/cpu/arm-mmu.h"
#include "hw/cpu/arm-qarma.h"

/* ---- the fast alternative: multiplications that every bit goes through */

static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 p = (unsigned __int128)(a ^ 0x9e3779b97f4a7c15ull) * (b | 1);

    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static uint64_t fast_code(uint64_t data, uint64_t modifier, uint64_t key_hi, uint64_t key_lo)
{
    uint64_t v = mix(data ^ key_lo, key_hi ^ 0xd1b54a32d192ed03ull);

    return mix(v ^ modifier, key_lo ^ 0x8cb92ba72f3d8dd7ull) ^ mix(key_hi, v);
}

/* Returns authenticate what calls have signed, and loops sign the same again: remembers codes. */
static uint64_t remembered_code(uint64_t data, uint64_t modifier, const uint64_t key[2])
{
    static __thread struct {
        uint64_t data, modifier, key[2], code;
        bool valid;
    } codes[1024];

    typeof(codes[0]) *c =
        &codes[(data >> 2 ^ modifier >> 4 ^ modifier >> 12 ^ key[0]) % G_N_ELEMENTS(codes)];
    if (!c->valid || c->data != data || c->modifier != modifier || c->key[0] != key[0] ||
        c->key[1] != key[1]) {
        c->data = data;
        c->modifier = modifier;
        c->key[0] = key[0];
        c->key[1] = key[1];
        c->code = arm_qarma5(data, modifier, key[1], key[0]);
        c->valid = true;
    }
    return c->code;
}

static uint64_t code_of(const ArmCpu *cpu, const uint64_t key[2], uint64_t data, uint64_t modifier)
{
    return cpu->pauth_impdef ? fast_code(data, modifier, key[1], key[0])
                             : remembered_code(data, modifier, key);
}

/* ---- where the code is in a pointer */

static const uint64_t *key_of(const ArmCpu *cpu, ArmPacKey key)
{
    const uint64_t *const keys[] = {cpu->apia, cpu->apib, cpu->apda, cpu->apdb};

    return keys[key];
}

static bool is_data(ArmPacKey key)
{
    return key >= ARM_PAC_DA;
}

static ArmVaParams params(const ArmCpu *cpu, bool data, uint64_t va)
{
    return arm_mmu_va_params(cpu, va, data ? ARM_LOAD : ARM_FETCH);
}

/* Bits of the pointer that the code may take: from the top of the address down to its size, less
 * bit 55, which tells the half. */
static uint64_t code_mask(const ArmVaParams *p)
{
    return (p->tbi ? MASK64(55) : ~BIT64(55)) & ~MASK64(64 - p->tsz);
}

/* The pointer as it was before a code was put in: all these bits as bit 55. */
static uint64_t without_code(const ArmVaParams *p, uint64_t ptr)
{
    uint64_t mask = code_mask(p);

    return ptr & BIT64(55) ? ptr | mask : ptr & ~mask;
}

uint64_t arm_pauth_sign(const ArmCpu *cpu, ArmPacKey key, uint64_t ptr, uint64_t modifier)
{
    ArmVaParams p = params(cpu, is_data(key), ptr);
    /* In a regime with two halves, either half ignoring its top byte makes bit 55 the one that
     * counts; else it is the top of the address. */
    bool by_55 = p.tbi || (p.two_halves && params(cpu, is_data(key), ptr ^ BIT64(55)).tbi);
    uint64_t half = ptr >> (by_55 ? 55 : 63) & 1;
    bool tbi = p.tbi;

    p = params(cpu, is_data(key), half << 55);
    p.tbi = tbi;
    uint64_t mask = code_mask(&p), all = mask | BIT64(55);
    uint64_t good = half ? ptr | all : ptr & ~all;
    uint64_t code = code_of(cpu, key_of(cpu, key), good, modifier);
    /* A pointer that was none gets a code that is wrong. */
    uint64_t top = tbi ? MASK64(56) : ~0ull, checked = ptr & top & ~MASK64(64 - p.tsz);

    if (checked && checked != (top & ~MASK64(64 - p.tsz))) {
        code ^= BIT64(tbi ? 54 : 62);
    }
    return (good & ~mask) | (code & mask);
}

uint64_t arm_pauth_check(const ArmCpu *cpu, ArmPacKey key, uint64_t ptr, uint64_t modifier)
{
    ArmVaParams p = params(cpu, is_data(key), ptr);
    uint64_t good = without_code(&p, ptr);
    uint64_t code = code_of(cpu, key_of(cpu, key), good, modifier);

    if (!((code ^ ptr) & code_mask(&p))) {
        return good;
    }
    /* Which kind of key failed stands where the address becomes one that is not mapped. */
    return deposit64(good, p.tbi ? 53 : 61, 2, key & 1 ? 2 : 1);
}

uint64_t arm_pauth_strip(const ArmCpu *cpu, bool data, uint64_t ptr)
{
    ArmVaParams p = params(cpu, data, ptr);

    return without_code(&p, ptr);
}

uint64_t arm_pauth_generic(const ArmCpu *cpu, uint64_t value, uint64_t modifier)
{
    return code_of(cpu, cpu->apga, value, modifier) & ~MASK64(32);
}

/* ---- who may use them */

static ArmPacUse trap(ArmCpu *cpu, int el, ArmException *exc)
{
    *exc = arm_exc_sync(cpu, EC_PAUTH, 0);
    exc->target_el = MAX(exc->target_el, el);
    return ARM_PAC_TRAP;
}

ArmPacUse arm_pauth_use_generic(ArmCpu *cpu, ArmException *exc)
{
    int el = arm_el(cpu);

    if (el < 2 && arm_el2_enabled(cpu) && !arm_in_host_regime(cpu) && !(cpu->hcr & HCR_API)) {
        return trap(cpu, 2, exc);
    }
    if (el < 3 && cpu->has_el3 && !(cpu->scr & SCR_API)) {
        return trap(cpu, 3, exc);
    }
    return ARM_PAC_ON;
}

ArmPacUse arm_pauth_use(ArmCpu *cpu, ArmPacKey key, ArmException *exc)
{
    static const uint64_t enable[] = {SCTLR_ENIA, SCTLR_ENIB, SCTLR_ENDA, SCTLR_ENDB};

    if (!(cpu->sctlr[arm_control_el(cpu)] & enable[key])) {
        return ARM_PAC_OFF;
    }
    return arm_pauth_use_generic(cpu, exc);
}
