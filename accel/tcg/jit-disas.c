/* SPDX-License-Identifier: MIT */
/* Host code as text: by the capstone library, which is loaded when it is first needed, or as bytes
 * where there is none. */
#include "accel/tcg/jit-log.h"
#include "config.h"
#include "util/lock.h"

#include <inttypes.h>

enum { BYTES_PER_LINE = 16 };

static void add_bytes(const uint8_t *code, size_t len, GString *out)
{
    for (size_t i = 0; i < len; i++) {
        if (i % BYTES_PER_LINE == 0) {
            g_string_append_printf(out, "%s0x%016" PRIxPTR ": ", i ? "\n" : "",
                                   (uintptr_t)(code + i));
        }
        g_string_append_printf(out, " %02x", code[i]);
    }
    g_string_append_c(out, '\n');
}

#if CONFIG_HAVE_CAPSTONE && defined(__x86_64__)

#include <capstone/capstone.h>
#include <dlfcn.h>

/* The layout of its structures is that of the header's version. */
#define LIBRARY "libcapstone.so." G_STRINGIFY(CS_API_MAJOR)

static struct {
    __typeof__(cs_open) *open;
    __typeof__(cs_malloc) *alloc;
    __typeof__(cs_disasm_iter) *next;
} library;
static csh handle;
static cs_insn *insn; /* NULL: the library cannot be used */

static void load_library(void)
{
    void *so = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

    if (!so) {
        return;
    }
    *(void **)&library.open = dlsym(so, "cs_open");
    *(void **)&library.alloc = dlsym(so, "cs_malloc");
    *(void **)&library.next = dlsym(so, "cs_disasm_iter");
    if (library.open && library.alloc && library.next &&
        library.open(CS_ARCH_X86, CS_MODE_64, &handle) == CS_ERR_OK) {
        insn = library.alloc(handle);
    }
}

static void add_insns(const uint8_t *code, size_t len, GString *out)
{
    uint64_t at = (uintptr_t)code;

    while (len) {
        if (library.next(handle, &code, &len, &at, insn)) {
            g_string_append_printf(out, "0x%016" PRIx64 ":  %s%s%s\n", insn->address,
                                   insn->mnemonic, *insn->op_str ? " " : "", insn->op_str);
        } else { /* one that it does not know */
            add_bytes(code, 1, out);
            code++;
            len--;
            at++;
        }
    }
}

void jit_disassemble_host(const uint8_t *code, size_t len, GString *out)
{
    static Mutex lock; /* guards insn */
    static bool loaded;

    mutex_lock(&lock);
    if (!loaded) {
        load_library();
        loaded = true;
    }
    if (insn) {
        add_insns(code, len, out);
    } else {
        add_bytes(code, len, out);
    }
    mutex_unlock(&lock);
}

#else

void jit_disassemble_host(const uint8_t *code, size_t len, GString *out)
{
    add_bytes(code, len, out);
}

#endif
