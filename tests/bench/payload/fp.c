/* SPDX-License-Identifier: MIT */
/* Scalar floating point, single and double. */
#include "bench.h"

static uint64_t bits(double d)
{
    uint64_t v;

    __builtin_memcpy(&v, &d, sizeof(v));
    return v;
}

/* ---- five bodies under gravity */

typedef struct Body {
    double x[3], v[3], mass;
} Body;

static const Body start[] = {
    {{0, 0, 0}, {0, 0, 0}, 39.47},
    {{4.84, -1.16, -0.10}, {0.606, 2.81, -0.02}, 0.0377},
    {{8.34, 4.12, -0.40}, {-1.01, 1.82, 0.0084}, 0.0113},
    {{12.89, -15.11, -0.22}, {1.08, 0.868, -0.0108}, 0.00172},
    {{15.38, -25.92, 0.18}, {0.979, 0.594, -0.0347}, 0.00203},
};
enum { BODIES = sizeof(start) / sizeof(start[0]) };

static void attract(Body *a, Body *b, double dt)
{
    double d[3], square = 0;

    for (int k = 0; k < 3; k++) {
        d[k] = a->x[k] - b->x[k];
        square += d[k] * d[k];
    }
    double force = dt / (square * __builtin_sqrt(square));
    for (int k = 0; k < 3; k++) {
        a->v[k] -= d[k] * b->mass * force;
        b->v[k] += d[k] * a->mass * force;
    }
}

static uint64_t run_nbody(uint64_t n)
{
    Body body[BODIES];
    uint64_t sum = 0;

    for (int i = 0; i < BODIES; i++) {
        body[i] = start[i];
    }
    for (uint64_t step = 0; step < n * 64; step++) {
        for (int i = 0; i < BODIES; i++) {
            for (int k = i + 1; k < BODIES; k++) {
                attract(&body[i], &body[k], 0.001);
            }
        }
        for (int i = 0; i < BODIES; i++) {
            for (int k = 0; k < 3; k++) {
                body[i].x[k] += 0.001 * body[i].v[k];
            }
        }
    }
    for (int i = 0; i < BODIES; i++) {
        sum = mix(sum, bits(body[i].x[0]) ^ bits(body[i].v[2]));
    }
    return sum;
}

/* ---- matrices */

enum { SIDE = 32 };
static double left[SIDE][SIDE], right[SIDE][SIDE], product[SIDE][SIDE];

static void setup_matrices(void)
{
    uint64_t state = 123456789;

    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            left[i][j] = (double)((int64_t)random_next(&state) >> 30) * 0x1p-33;
            right[i][j] = (double)((int64_t)random_next(&state) >> 30) * 0x1p-33;
        }
    }
}

static uint64_t run_dmatmul(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < n; round++) {
        for (int i = 0; i < SIDE; i++) {
            for (int j = 0; j < SIDE; j++) {
                double s = 0;
                for (int k = 0; k < SIDE; k++) {
                    s += left[i][k] * right[k][j];
                }
                product[i][j] = s;
            }
        }
        left[round % SIDE][5] = product[3][round % SIDE] * 0.01;
        sum = mix(sum, bits(product[round % SIDE][7]));
        FORGET();
    }
    return sum;
}

/* ---- chains: each operation waits for the one before */

static uint64_t run_mandel(uint64_t n)
{
    uint64_t inside = 0;

    for (uint64_t round = 0; round < n; round++) {
        float shift = (float)(round & 7) * 0.001f;
        for (int py = 0; py < 24; py++) {
            for (int px = 0; px < 32; px++) {
                float cx = (float)px * (3.0f / 32) - 2.1f + shift,
                      cy = (float)py * (2.4f / 24) - 1.2f;
                float x = 0, y = 0;
                int i = 0;
                for (; i < 64 && x * x + y * y < 4.0f; i++) {
                    float t = x * x - y * y + cx;
                    y = 2 * x * y + cy;
                    x = t;
                }
                inside += (uint64_t)i;
            }
        }
    }
    return inside;
}

static uint64_t run_fdiv(uint64_t n)
{
    double d = 1.5;
    float f = 2.5f;

    for (uint64_t i = 0; i < n * 1024; i++) {
        d = 3.7 / (d + 0.3);
        f = (f + 1.25f) / 1.7f;
    }
    return mix(bits(d), bits((double)f));
}

static uint64_t run_fma(uint64_t n)
{
    double d = 0.5;
    float f = 0.25f;

    for (uint64_t i = 0; i < n * 1024; i++) {
        d = __builtin_fma(d, 0.9, 0.3);
        f = __builtin_fmaf(f, -0.7f, 1.1f);
        d = __builtin_fma(d, -0.5, d);
    }
    return mix(bits(d), bits((double)f));
}

static uint64_t run_fadd(uint64_t n)
{
    double d = 0.5, e = 1;

    for (uint64_t i = 0; i < n * 1024; i++) {
        d = d * 0.75 + 1.5;
        e = (e - d) * 0.5;
        d += e * 0.125;
    }
    return mix(bits(d), bits(e));
}

static uint64_t run_fcvt(uint64_t n)
{
    uint64_t sum = 0;
    int64_t v = 123456789;
    float f = 1;

    for (uint64_t i = 0; i < n * 1024; i++) {
        double d = (double)v * 1.25;
        f = (float)d + f * 0.5f;
        v = (int64_t)d - (int32_t)(f * 0.001f);
        v = (v & 0xffffffff) + (int64_t)(uint32_t)(double)f % 7;
        sum += (uint64_t)v;
    }
    return sum;
}

static uint64_t run_fcmp(uint64_t n)
{
    uint64_t state = 99, sum = 0;
    double low = 1e300, high = -1e300;

    for (uint64_t i = 0; i < n * 1024; i++) {
        double d = (double)(int64_t)random_next(&state);
        low = d < low ? d : low * 0.999;
        high = d > high ? d : high * 0.999;
        if (d > 0 && __builtin_fabs(d) < -low) {
            sum++;
        }
    }
    return mix(sum, bits(low) ^ bits(high));
}

const Kernel fp_kernels[] = {
    KERNEL("nbody", run_nbody),
    KERNEL("dmatmul", run_dmatmul, .setup = setup_matrices),
    KERNEL("mandel", run_mandel),
    KERNEL("fadd-fmul", run_fadd),
    KERNEL("fdiv", run_fdiv),
    KERNEL("fma", run_fma),
    KERNEL("fcvt", run_fcvt),
    KERNEL("fcmp", run_fcmp),
    {0},
};
