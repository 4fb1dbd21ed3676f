/* SPDX-License-Identifier: MIT */
/* What was translated, as text: the guest's instructions, the nodes, the host's instructions. */
#include "accel/tcg/jit-log.h"

#include "accel/tcg/a64/jit.h"
#include "accel/tcg/code.h"
#include "accel/tcg/jit.h"
#include <inttypes.h>

/* Where the vCPU that had the block translated sees its page. */
static uint64_t page_va(const IrBlock *b)
{
    const TcgCpu *t = tcg_cpu_of(b->cpu);
    const JitState *s = jit_state(b->cpu);

    if (s->page == b->page) {
        return s->pcpage;
    }
    return t->insns == b->page->insns ? t->pc_bias + ((uintptr_t)t->insns >> 2) : b->page->offset;
}

static void add_guest(const IrBlock *b, uint64_t va, GString *out)
{
    unsigned n = a64_block_insns(b);

    g_string_append(out, "IN:\n");
    for (unsigned i = b->first; i < b->first + n; i++) {
        uint32_t word = code_word(b->page->insns, &b->page->insns[i]);
        char text[128];

        a64_disassemble(word, va + i * 4, text, sizeof(text));
        g_string_append_printf(out, "0x%016" PRIx64 ":  %08x  %s\n", va + i * 4, word, text);
    }
}

void jit_log_text(const IrBlock *b, unsigned what, const uint8_t *code, size_t len, GString *out)
{
    uint64_t va = page_va(b), pc = va + b->first * 4;

    if (what & LOG_IN_ASM) {
        add_guest(b, va, out);
    }
    if (what & LOG_OP) {
        g_string_append_printf(out, "OP: 0x%016" PRIx64 "\n", pc);
        ir_dump(b, out);
    }
    if (what & LOG_OUT_ASM) {
        g_string_append_printf(out, "OUT: 0x%016" PRIx64 " [size=%zu]\n", pc, len);
        jit_disassemble_host(code, len, out);
    }
}

void jit_log_block(const IrBlock *b, const uint8_t *code, size_t len)
{
    g_autoptr(GString) out = g_string_new("----------------\n");

    if (jit_perf_on) {
        g_autofree char *name = g_strdup_printf("guest-0x%" PRIx64, page_va(b) + b->first * 4);

        jit_perf_name(name, code, len);
    }
    if (log_enabled(LOG_JIT)) {
        jit_log_text(b, log_mask, code, len, out);
        log_text("%s", out->str); /* a text at a time: vCPUs do not mix theirs */
    }
}
