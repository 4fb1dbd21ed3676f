/* SPDX-License-Identifier: MIT */
/* Kernels of indirect branches: one target, many targets, an interpreter. */
#include "bench.h"

typedef uint64_t Function(uint64_t x);

#define FUNCTION(name, expression)            \
    static NOINLINE uint64_t name(uint64_t x) \
    {                                         \
        return expression;                    \
    }
FUNCTION(f0, x * 3 + 1)
FUNCTION(f1, x ^ x >> 5)
FUNCTION(f2, x + (x << 3))
FUNCTION(f3, ~x + 9)
FUNCTION(f4, x - (x >> 9))
FUNCTION(f5, (x | 1) * 5)
FUNCTION(f6, x ^ x << 11)
FUNCTION(f7, x + 0x1234567)

static Function *volatile one = f0;
static Function *const many[] = {f0, f1, f2, f3, f4, f5, f6, f7};

static uint64_t run_mono(uint64_t n)
{
    uint64_t x = 1;

    for (uint64_t i = 0; i < n * 1024; i++) {
        x = one(x);
    }
    return x;
}

static uint64_t run_poly(uint64_t n)
{
    uint64_t x = 1, state = 77;

    for (uint64_t i = 0; i < n * 1024; i++) {
        x = many[random_next(&state) & 7](x);
    }
    return x;
}

/* ---- a machine with an accumulator, a register and a counter: code that is one loop */

enum { ADD, XOR, SHIFT, LOAD, STORE, SWAP, MUL, LOOP, HALT };

static const uint8_t program[] = {LOAD, ADD, XOR,  SWAP, SHIFT, ADD, STORE, MUL,  SWAP,
                                  XOR,  ADD, LOAD, ADD,  SHIFT, XOR, STORE, LOOP, HALT};

/* Each operation jumps to the next by itself. */
static uint64_t run_goto(uint64_t n)
{
    static const void *const labels[] = {&&add,  &&xor, &&shift, &&load, &&store,
                                         &&swap, &&mul, &&loop,  &&halt};
    uint64_t acc = 1, reg = 2, count = n * 64, cells[16] = {0}, t;
    const uint8_t *pc = program;

#define NEXT() goto *labels[*pc++]
    NEXT();
add:
    acc += reg;
    NEXT();
    xor : acc ^= reg >> 3;
    NEXT();
shift:
    reg = reg << 5 | reg >> 59;
    NEXT();
load:
    reg = cells[acc & 15] + 11;
    NEXT();
store:
    cells[reg & 15] = acc;
    NEXT();
swap:
    t = acc, acc = reg, reg = t;
    NEXT();
mul:
    acc = acc * 6364136223846793005u + 1;
    NEXT();
loop:
    if (--count) {
        pc = program;
    }
    NEXT();
halt:
    return mix(acc, reg);
#undef NEXT
}

/* One dispatch for all. */
static uint64_t run_switch(uint64_t n)
{
    uint64_t acc = 1, reg = 2, count = n * 64, cells[16] = {0}, t;

    for (const uint8_t *pc = program;;) {
        switch (*pc++) {
        case ADD:
            acc += reg;
            break;
        case XOR:
            acc ^= reg >> 3;
            break;
        case SHIFT:
            reg = reg << 5 | reg >> 59;
            break;
        case LOAD:
            reg = cells[acc & 15] + 11;
            break;
        case STORE:
            cells[reg & 15] = acc;
            break;
        case SWAP:
            t = acc, acc = reg, reg = t;
            break;
        case MUL:
            acc = acc * 6364136223846793005u + 1;
            break;
        case LOOP:
            if (--count) {
                pc = program;
            }
            break;
        default:
            return mix(acc, reg);
        }
    }
}

const Kernel indirect_kernels[] = {
    KERNEL("icall-mono", run_mono),
    KERNEL("icall-poly", run_poly),
    KERNEL("interp-goto", run_goto),
    KERNEL("interp-switch", run_switch),
    {0},
};
