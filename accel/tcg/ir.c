/* SPDX-License-Identifier: MIT */
/* Blocks of IR: appending, sharing of equal values, and what is known at the end. */
#include "accel/tcg/ir.h"

#include "accel/tcg/ir-fold.h"

#define IR_CLASS(name, class) #class[0],
const char ir_class[IR_OP_COUNT] = {IR_OPS(IR_CLASS)};
#define IR_NAME(name, class) #name,
const char *const ir_name[IR_OP_COUNT] = {IR_OPS(IR_NAME)};

void ir_begin(IrBlock *b, ArmCpu *cpu, CodePage *page, unsigned first)
{
    b->cpu = cpu;
    b->page = page;
    b->first = b->insn = first;
    b->count = 0;
    b->max_insns = IR_MAX_INSNS;
    b->state.n = 1; /* node 0 is no node */
    memset(&b->nodes[0], 0, sizeof(b->nodes[0]));
    memset(b->hash, 0, sizeof(b->hash));
    ir_forget_state(b);
}

IrRef ir_append(IrBlock *b, IrNode node)
{
    IrRef r = (IrRef)b->state.n++;
    IrNode *n = &b->nodes[r];

    *n = node;
    n->uses = n->last_use = 0;
    n->is_set = false;
    if (ir_is_site(n->op)) {
        n->insn = (uint16_t)b->insn;
        n->count = (uint16_t)b->count;
        n->flags = b->state.flags;
    }
    return r;
}

static unsigned hash_of(const IrNode *n)
{
    uint64_t h = n->op | (uint64_t)n->wide << 8 | (uint64_t)n->aux << 16 | (uint64_t)n->a << 32 |
                 (uint64_t)n->b << 48;

    h ^= (uint64_t)n->c << 20 ^ (uint64_t)n->aux2 << 40 ^ (uint64_t)n->imm * 0x9e3779b97f4a7c15;
    h ^= n->imm2;
    h *= 0x9e3779b97f4a7c15;
    return h >> 56 & (IR_HASH_SLOTS - 1);
}

static bool same(const IrNode *n, const IrNode *m)
{
    return n->op == m->op && n->wide == m->wide && n->aux == m->aux && n->aux2 == m->aux2 &&
           n->a == m->a && n->b == m->b && n->c == m->c && n->imm == m->imm && n->imm2 == m->imm2;
}

IrRef ir_pure(IrBlock *b, IrNode node)
{
    IrRef simpler = ir_fold(b, &node);

    if (simpler) {
        return simpler;
    }
    IrRef *slot = &b->hash[hash_of(&node)];
    if (*slot && *slot < b->state.n && same(&b->nodes[*slot], &node)) {
        return *slot;
    }
    return *slot = ir_append(b, node);
}

IrRef ir_const(IrBlock *b, uint64_t v)
{
    return ir_pure(b, (IrNode){.op = IR_CONST, .wide = 1, .imm = (int64_t)v});
}

bool ir_is_const(const IrBlock *b, IrRef r, uint64_t *ret)
{
    if (b->nodes[r].op != IR_CONST) {
        return false;
    }
    *ret = (uint64_t)b->nodes[r].imm;
    return true;
}

void ir_forget_state(IrBlock *b)
{
    memset(b->hash, 0, sizeof(b->hash));
    memset(b->state.x, 0, sizeof(b->state.x));
    memset(b->state.v, 0, sizeof(b->state.v));
    memset(b->state.v_low, 0, sizeof(b->state.v_low));
    b->state.flags = ir_append(b, (IrNode){.op = IR_FLAGS_HOME});
    b->state.pcpage = ir_append(b, (IrNode){.op = IR_PCPAGE, .wide = 1});
    b->state.sp_checked = 0;
    b->state.fp_checked = b->state.fp_mode_checked = false;
}

/* ---- what is known at the end */

static void use(IrBlock *b, IrRef r, unsigned at);

/* The operands from which flags can still be made late: the result of an addition or subtraction
 * lives in a register, its first operand may not. */
static void use_operands(IrBlock *b, const IrNode *n, unsigned at)
{
    if ((n->op == IR_FLAGS_ADD || n->op == IR_FLAGS_SUB)) {
        use(b, b->nodes[n->c].is_set ? n->c : n->a, at);
        use(b, n->b, at);
        return;
    }
    use(b, n->a, at);
    use(b, n->b, at);
    use(b, n->c, at);
}

static void use(IrBlock *b, IrRef r, unsigned at)
{
    IrNode *n = &b->nodes[r];

    if (!r) {
        return;
    }
    n->uses++;
    n->last_use = MAX(n->last_use, (IrRef)at);
    if (ir_is_lazy(n->op)) {
        use_operands(b, n, at);
    }
}

/* Exceptions of floating point remain when the value goes nowhere. (Those that make vectors always
 * set a register.) */
static bool raises(unsigned op)
{
    return op == IR_FP_COMPARE || op == IR_FP_TO_INT;
}

/* Registers that are set again before anybody may look need not be set. */
static void remove_dead_sets(IrBlock *b)
{
    uint64_t x = 0;
    uint32_t v = 0;

    for (unsigned i = b->state.n - 1; i > 0; i--) {
        IrNode *n = &b->nodes[i];
        uint64_t bit = BIT64(n->aux & 63);

        if (ir_is_site(n->op)) {
            x = v = 0;
        } else if (n->op == IR_GETX) {
            x &= ~bit;
        } else if (n->op == IR_GETV) {
            v &= ~(uint32_t)bit;
        } else if ((n->op == IR_SETX && (x & bit)) || (n->op == IR_SETV && (v & bit))) {
            n->op = IR_NONE;
        } else if (n->op == IR_SETX) {
            x |= bit;
        } else if (n->op == IR_SETV) {
            v |= (uint32_t)bit;
        }
    }
}

void ir_finish(IrBlock *b)
{
    remove_dead_sets(b);
    for (unsigned i = 1; i < b->state.n; i++) {
        if (b->nodes[i].op == IR_SETX || b->nodes[i].op == IR_SETV) {
            b->nodes[b->nodes[i].a].is_set = true;
        }
    }
    for (unsigned i = b->state.n - 1; i > 0; i--) {
        IrNode *n = &b->nodes[i];
        char k = ir_class[n->op];

        if (!n->uses && k != 's' && k != 'x' && k != 'l' && k != 'w' && !raises(n->op)) {
            n->op = IR_NONE;
            continue;
        }
        if (ir_is_site(n->op) && n->flags) {
            use(b, n->flags, i);
        }
        if (!ir_is_lazy(n->op)) {
            use(b, n->a, i);
            use(b, n->b, i);
            use(b, n->c, i);
        }
    }
}

/* ---- text */

static void dump_ref(const IrBlock *b, const char *before, IrRef r, GString *out)
{
    if (r && b->nodes[r].op == IR_CONST) {
        g_string_append_printf(out, "%s#0x%" PRIx64, before, (uint64_t)b->nodes[r].imm);
    } else if (r) {
        g_string_append_printf(out, "%s%%%u", before, r);
    }
}

void ir_dump(const IrBlock *b, GString *out)
{
    for (unsigned i = 1; i < b->state.n; i++) {
        const IrNode *n = &b->nodes[i];

        if (n->op == IR_NONE || n->op == IR_CONST) {
            continue;
        }
        g_string_append_printf(out, "  %%%-4u %s.%u", i, ir_name[n->op], n->wide ? 64 : 32);
        g_string_append_printf(out, " aux=%u,%u", n->aux, n->aux2);
        dump_ref(b, " ", n->a, out);
        dump_ref(b, " ", n->b, out);
        dump_ref(b, " ", n->c, out);
        if (n->imm) {
            g_string_append_printf(out, " imm=0x%" PRIx64, (uint64_t)n->imm);
        }
        if (ir_is_site(n->op)) {
            g_string_append_printf(out, "  ; insn %u", n->insn);
            dump_ref(b, " flags ", n->flags, out);
        }
        g_string_append_c(out, '\n');
    }
}
