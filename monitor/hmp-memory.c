/* SPDX-License-Identifier: MIT */
/* The human monitor's looks at registers and memory. */
#include "monitor/hmp-impl.h"

#include "softmmu/memsave.h"
#include "util/bits.h"
#include "util/rcu.h"
#include "util/size.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 20 };

static CpuState *chosen_cpu(const HmpCall *call, Error **errp)
{
    CpuState *cpu = cpus_by_index(*call->cpu_index);

    if (!cpu) {
        error_set_code(errp, ERROR_CODE_NOT_FOUND, "No CPU available on this machine");
    }
    return cpu;
}

bool hmp_has_cpu(int index)
{
    return cpus_by_index(index);
}

void hmp_cpu(const HmpCall *call, Error **errp)
{
    uint64_t n;

    if (parse_uint64(call->args[0], &n, NULL) && n <= G_MAXINT && cpus_by_index((int)n)) {
        *call->cpu_index = (int)n;
    } else {
        hmp_printf(call, "invalid CPU index\n");
    }
}

/* ---- in the vCPU's thread */

typedef struct Ask {
    GString *dump;
    const char *name;
    uint64_t value;
    bool ok;
} Ask;

static void dump_cpu(CpuState *cpu, void *data)
{
    cpu->ops->dump(cpu, ((Ask *)data)->dump);
}

static void get_register(CpuState *cpu, void *data)
{
    Ask *ask = data;

    ask->ok = cpu->ops->get_register(cpu, ask->name, &ask->value);
}

static void translate(CpuState *cpu, void *data)
{
    Ask *ask = data;

    ask->ok = cpu->ops->translate(cpu, ask->value, &ask->value);
}

void hmp_info_registers(const HmpCall *call, Error **errp) NO_THREAD_SAFETY
{
    CpuState *cpu = chosen_cpu(call, errp);
    Ask ask = {.dump = call->out};

    if (cpu && cpu->ops->dump) {
        hmp_printf(call, "\nCPU#%d\n", cpu->index);
        cpu_run_on(cpu, dump_cpu, &ask);
    }
}

/* ---- expressions: C's operators on 64-bit numbers, $register */

typedef struct Parser {
    const char *p;
    CpuState *cpu; /* NULL: there is none */
    Error **errp;
    int depth;
} Parser;

static bool parse_or(Parser *s, uint64_t *ret);

static char peek(Parser *s)
{
    s->p += strspn(s->p, " \t");
    return *s->p;
}

static bool parse_register(Parser *s, uint64_t *ret) NO_THREAD_SAFETY
{
    size_t len = strspn(s->p, "abcdefghijklmnopqrstuvwxyz_0123456789");
    g_autofree char *name = g_strndup(s->p, len);
    Ask ask = {.name = name};

    if (s->cpu && s->cpu->ops->get_register) {
        cpu_run_on(s->cpu, get_register, &ask);
    }
    s->p += len;
    *ret = ask.value;
    return ask.ok || error_set_code(s->errp, ERROR_CODE_NOT_FOUND, "unknown register '$%s'", name);
}

static bool parse_unary(Parser *s, uint64_t *ret)
{
    enum { MAX_DEPTH = 64 };
    char c = peek(s);
    bool ok;

    if (++s->depth > MAX_DEPTH) {
        return error_set_code(s->errp, ERROR_CODE_LIMIT_EXCEEDED, "the expression is too deep");
    }
    if (c == '-' || c == '+' || c == '~') {
        s->p++;
        ok = parse_unary(s, ret);
        *ret = c == '-' ? -*ret : c == '~' ? ~*ret : *ret;
    } else if (c == '(') {
        s->p++;
        ok = parse_or(s, ret);
        if (ok && peek(s) != ')') {
            ok = error_set_code(s->errp, ERROR_CODE_PARAMETER_VALUE, "')' expected");
        }
        s->p += ok;
    } else if (c == '$') {
        s->p++;
        ok = parse_register(s, ret);
    } else {
        char *end;

        *ret = strtoull(s->p, &end, 0);
        ok = end != s->p || error_set_code(s->errp, ERROR_CODE_PARAMETER_VALUE,
                                           "invalid char '%c' in expression", *s->p);
        s->p = end;
    }
    s->depth--;
    return ok;
}

static bool parse_product(Parser *s, uint64_t *ret)
{
    bool ok = parse_unary(s, ret);
    uint64_t right;

    while (ok && strchr("*/%", peek(s)) && *s->p) {
        char op = *s->p++;

        ok = parse_unary(s, &right);
        if (ok && op != '*' && !right) {
            return error_set_code(s->errp, ERROR_CODE_PARAMETER_VALUE, "division by zero");
        }
        if (ok) {
            *ret = op == '*' ? *ret * right : op == '/' ? *ret / right : *ret % right;
        }
    }
    return ok;
}

static bool parse_sum(Parser *s, uint64_t *ret)
{
    bool ok = parse_product(s, ret);
    uint64_t right;

    while (ok && (peek(s) == '+' || *s->p == '-')) {
        char op = *s->p++;

        ok = parse_product(s, &right);
        *ret = ok ? op == '+' ? *ret + right : *ret - right : 0;
    }
    return ok;
}

static bool parse_or(Parser *s, uint64_t *ret)
{
    bool ok = parse_sum(s, ret);
    uint64_t right;

    while (ok && strchr("&|^", peek(s)) && *s->p) {
        char op = *s->p++;

        ok = parse_sum(s, &right);
        if (ok) {
            *ret = op == '&' ? *ret & right : op == '|' ? *ret | right : *ret ^ right;
        }
    }
    return ok;
}

static bool evaluate(const HmpCall *call, const char *text, uint64_t *ret, Error **errp)
{
    Parser s = {.p = text, .cpu = cpus_by_index(*call->cpu_index), .errp = errp};

    return parse_or(&s, ret) &&
           (!peek(&s) || error_set_code(errp, ERROR_CODE_PARAMETER_VALUE,
                                        "unexpected characters '%s' in expression", s.p));
}

/* ---- formats: "4xw" */

typedef struct Format {
    unsigned count;
    char letter;   /* x d u o c i */
    unsigned size; /* bytes */
} Format;

static bool parse_format(const char *text, Format *f, Error **errp)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);

    if (end != text) {
        f->count = (unsigned)MIN(n, MAX_BYTES);
    }
    for (const char *p = end; *p; p++) {
        const char *unit = strchr("bhwg", *p);

        if (unit) {
            f->size = 1u << (unit - "bhwg");
        } else if (strchr("xduoci", *p)) {
            f->letter = *p;
        } else {
            return error_set_code(errp, ERROR_CODE_PARAMETER_VALUE, "invalid char in format: '%c'",
                                  *p);
        }
    }
    return true;
}

static void print_char(const HmpCall *call, unsigned c)
{
    if (g_ascii_isprint(c) && c != '\'' && c != '\\') {
        hmp_printf(call, "'%c'", c);
    } else if (c == '\n' || c == '\r') {
        hmp_printf(call, "'\\%c'", c == '\n' ? 'n' : 'r');
    } else {
        hmp_printf(call, "'\\x%02x'", c);
    }
}

static void print_value(const HmpCall *call, const Format *f, uint64_t v)
{
    static const int octal_digits[] = {[1] = 3, [2] = 6, [4] = 11, [8] = 22};
    static const int digits[] = {[1] = 4, [2] = 6, [4] = 10, [8] = 20};
    unsigned bits = f->size * 8;

    switch (f->letter) {
    case 'd':
        hmp_printf(call, "%*" PRId64, digits[f->size], (int64_t)(v << (64 - bits)) >> (64 - bits));
        break;
    case 'u':
        hmp_printf(call, "%*" PRIu64, digits[f->size], v);
        break;
    case 'o':
        hmp_printf(call, "0%*" PRIo64, octal_digits[f->size], v);
        break;
    case 'c':
        print_char(call, v & 0xff);
        break;
    default:
        hmp_printf(call, "0x%0*" PRIx64, (int)f->size * 2, v);
    }
}

/* ---- verbs */

void hmp_print(const HmpCall *call, Error **errp)
{
    Format f = {.letter = 'x', .size = 8};
    uint64_t v;

    if (!parse_format(call->format, &f, errp) || !evaluate(call, call->args[0], &v, errp)) {
        return;
    }
    switch (f.letter) {
    case 'x':
        hmp_printf(call, "0x%" PRIx64 "\n", v);
        break;
    case 'o':
        hmp_printf(call, "0%" PRIo64 "\n", v);
        break;
    case 'u':
        hmp_printf(call, "%" PRIu64 "\n", v);
        break;
    case 'c':
        print_char(call, v & 0xff);
        hmp_printf(call, "\n");
        break;
    default:
        hmp_printf(call, "%" PRId64 "\n", (int64_t)v);
    }
}

/* Reads memory; virtual addresses page by page. */
static bool read_at(CpuState *cpu, bool virtual, uint64_t addr, uint8_t *buf,
                    size_t len) NO_THREAD_SAFETY
{
    while (len) {
        size_t n = MIN(len, GUEST_PAGE_SIZE - addr % GUEST_PAGE_SIZE);
        Ask ask = {.value = addr, .ok = true};

        if (virtual) {
            cpu_run_on(cpu, translate, &ask);
        }
        if (!ask.ok) {
            return false;
        }
        address_space_peek(cpu ? cpu->as : &address_space_memory, ask.value, buf, n);
        addr += n;
        buf += n;
        len -= n;
    }
    return true;
}

static uint64_t value_at(const uint8_t *p, unsigned size)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < size; i++) {
        v |= (uint64_t)p[i] << (8 * i);
    }
    return v;
}

static void print_insns(const HmpCall *call, const uint8_t *buf, unsigned count, uint64_t addr,
                        Error **errp)
{
    if (!accel_cpu_ops->disassemble) {
        error_set_code(errp, ERROR_CODE_NOT_SUPPORTED, "accelerator %s has no disassembler",
                       accel_name());
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        char text[128];
        uint32_t word = (uint32_t)value_at(buf + (size_t)i * 4, 4);

        accel_cpu_ops->disassemble(word, addr + i * 4, text, sizeof(text));
        hmp_printf(call, "0x%08" PRIx64 ":  %08x  %s\n", addr + i * 4, word, text);
    }
}

static void print_values(const HmpCall *call, const uint8_t *buf, const Format *f, uint64_t addr)
{
    unsigned per_line = f->letter == 'c' || f->size == 1 ? 8 : f->size == 8 ? 2 : 16 / f->size;

    for (unsigned i = 0; i < f->count; i++) {
        if (i % per_line == 0) {
            hmp_printf(call, "%0*" PRIx64 ":", 16, addr + (uint64_t)i * f->size);
        }
        hmp_printf(call, " ");
        print_value(call, f, value_at(buf + (size_t)i * f->size, f->size));
        if ((i + 1) % per_line == 0 || i + 1 == f->count) {
            hmp_printf(call, "\n");
        }
    }
}

static void examine(const HmpCall *call, bool virtual, Error **errp)
{
    Format f = {.count = 1, .letter = 'x', .size = 4};
    CpuState *cpu = cpus_by_index(*call->cpu_index);
    uint64_t addr;

    if (!parse_format(call->format, &f, errp) || !evaluate(call, call->args[0], &addr, errp) ||
        (virtual && !chosen_cpu(call, errp))) {
        return;
    }
    if (f.letter == 'i') {
        f.size = 4;
    } else if (f.letter == 'c' && !strpbrk(call->format, "bhwg")) {
        f.size = 1;
    }
    if ((uint64_t)f.count * f.size > MAX_BYTES) {
        error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED, "no more than 1 MiB at once");
        return;
    }
    g_autofree uint8_t *buf = g_malloc0((size_t)f.count * f.size + 1);
    if (!read_at(cpu, virtual, addr, buf, (size_t)f.count * f.size)) {
        hmp_printf(call, "Cannot access memory\n");
    } else if (f.letter == 'i') {
        print_insns(call, buf, f.count, addr, errp);
    } else {
        print_values(call, buf, &f, addr);
    }
}

void hmp_x(const HmpCall *call, Error **errp)
{
    examine(call, true, errp);
}

void hmp_xp(const HmpCall *call, Error **errp)
{
    examine(call, false, errp);
}

void hmp_gva2gpa(const HmpCall *call, Error **errp) NO_THREAD_SAFETY
{
    CpuState *cpu = chosen_cpu(call, errp);
    Ask ask = {0};

    if (!cpu || !evaluate(call, call->args[0], &ask.value, errp)) {
        return;
    }
    cpu_run_on(cpu, translate, &ask);
    if (ask.ok) {
        hmp_printf(call, "gpa: 0x%" PRIx64 "\n", ask.value);
    } else {
        hmp_printf(call, "Unmapped\n");
    }
}

void hmp_gpa2hva(const HmpCall *call, Error **errp)
{
    const FlatRange *r;
    uint64_t addr;

    if (!evaluate(call, call->args[0], &addr, errp)) {
        return;
    }
    rcu_read_lock();
    r = address_space_find(&address_space_memory, addr);
    if (r && r->host) {
        hmp_printf(call, "Host virtual address for 0x%" PRIx64 " (%s) is %p\n", addr, r->mr->name,
                   (void *)(r->host + (addr - r->start)));
    } else {
        error_set_code(errp, ERROR_CODE_NOT_FOUND,
                       r ? "Memory at address 0x%" PRIx64 " is not RAM"
                         : "No memory is mapped at address 0x%" PRIx64,
                       addr);
    }
    rcu_read_unlock();
}

/* The BSD checksum: rotate right by one, add, 16 bits. */
void hmp_sum(const HmpCall *call, Error **errp)
{
    uint64_t addr, size;
    uint16_t sum = 0;
    uint8_t buf[GUEST_PAGE_SIZE];

    if (!evaluate(call, call->args[0], &addr, errp) ||
        !evaluate(call, call->args[1], &size, errp)) {
        return;
    }
    if (size > 1 * GiB) {
        error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED, "no more than 1 GiB at once");
        return;
    }
    for (size_t n; size; addr += n, size -= n) {
        n = MIN(size, sizeof(buf));
        address_space_peek(&address_space_memory, addr, buf, n);
        for (size_t i = 0; i < n; i++) {
            sum = (uint16_t)((sum >> 1 | sum << 15) + buf[i]);
        }
    }
    hmp_printf(call, "%05d\n", sum);
}

/* People wait: the file is written at once. */
static void save(MemorySave *s, Error **errp)
{
    if (s) {
        memsave_write(s, errp);
    }
}

void hmp_memsave(const HmpCall *call, Error **errp) NO_THREAD_SAFETY
{
    CpuState *cpu = chosen_cpu(call, errp);
    uint64_t addr, size;

    if (cpu && evaluate(call, call->args[0], &addr, errp) &&
        evaluate(call, call->args[1], &size, errp)) {
        save(memsave_virtual(cpu, addr, size, call->args[2], errp), errp);
    }
}

void hmp_pmemsave(const HmpCall *call, Error **errp)
{
    uint64_t addr, size;

    if (evaluate(call, call->args[0], &addr, errp) && evaluate(call, call->args[1], &size, errp)) {
        save(memsave_physical(addr, size, call->args[2], errp), errp);
    }
}

/* ---- address spaces */

static void print_region(const HmpCall *call, const MemoryRegion *mr, hwaddr base, int depth)
{
    hwaddr start = base + mr->addr;
    const char *kind = mr->kind == MEMORY_RAM     ? mr->read_only ? "rom" : "ram"
                       : mr->kind == MEMORY_ALIAS ? "alias"
                                                  : "i/o";

    hmp_printf(call, "%*s%016" PRIx64 "-%016" PRIx64 " (prio %d, %s): %s%s\n", depth * 2, "", start,
               start + (mr->size ? mr->size - 1 : 0), mr->priority, kind, mr->name,
               mr->enabled ? "" : " [disabled]");
    for (guint i = 0; mr->subregions && i < mr->subregions->len; i++) {
        print_region(call, mr->subregions->pdata[i], start, depth + 1);
    }
}

void hmp_info_mtree(const HmpCall *call, Error **errp)
{
    hmp_printf(call, "address-space: memory\n");
    print_region(call, system_memory(), 0, 1);
    hmp_printf(call, "\naddress-space: I/O\n");
    print_region(call, system_io(), 0, 1);
}
