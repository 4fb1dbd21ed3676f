/* SPDX-License-Identifier: MIT */
/* AdvSIMD: lanes of bytes, words, singles and doubles. */
#include "bench.h"

#include <arm_neon.h>

enum { LANES = 4096 };
static float xs[LANES], ys[LANES];
static uint8_t pixels[LANES] __attribute__((aligned(16)));

static uint64_t fold(uint8x16_t v)
{
    uint64x2_t w = vreinterpretq_u64_u8(v);

    return mix(vgetq_lane_u64(w, 0), vgetq_lane_u64(w, 1));
}

static void setup_arrays(void)
{
    uint64_t state = 5772156649;

    for (int i = 0; i < LANES; i++) {
        xs[i] = (float)(int32_t)random_next(&state) * 0x1p-31f;
        ys[i] = (float)(int32_t)random_next(&state) * 0x1p-31f;
        pixels[i] = (uint8_t)(random_next(&state) >> 24);
    }
}

static uint64_t run_v4f(uint64_t n)
{
    const float32x4_t m = {0.9f, -0.8f, 0.7f, 0.6f}, c = {0.1f, 0.2f, -0.3f, 0.4f};
    float32x4_t a = c, b = m;

    for (uint64_t i = 0; i < n * 1024; i++) {
        a = vaddq_f32(vmulq_f32(a, m), c);
        b = vsubq_f32(vmulq_f32(b, m), a);
    }
    return fold(vreinterpretq_u8_f32(vaddq_f32(a, b)));
}

static uint64_t run_v4f_fma(uint64_t n)
{
    const float32x4_t m = {0.9f, -0.8f, 0.7f, 0.6f}, c = {0.1f, 0.2f, -0.3f, 0.4f};
    float32x4_t a = c, b = m;

    for (uint64_t i = 0; i < n * 1024; i++) {
        a = vfmaq_f32(c, a, m);
        b = vfmsq_f32(a, b, m);
    }
    return fold(vreinterpretq_u8_f32(vaddq_f32(a, b)));
}

static uint64_t run_v2d(uint64_t n)
{
    const float64x2_t m = {0.9, -0.8}, c = {0.1, 0.2};
    float64x2_t a = c, b = m;

    for (uint64_t i = 0; i < n * 1024; i++) {
        a = vaddq_f64(vmulq_f64(a, m), c);
        b = vsubq_f64(vmulq_f64(b, m), a);
    }
    return fold(vreinterpretq_u8_f64(vaddq_f64(a, b)));
}

/* The greater of each two bytes, spelled as compare and select. */
static uint64_t run_v16b(uint64_t n)
{
    uint8x16_t best = vdupq_n_u8(0), count = vdupq_n_u8(0);

    for (uint64_t round = 0; round < n; round++) {
        for (int i = 0; i < LANES; i += 16) {
            uint8x16_t v = vld1q_u8(pixels + i);
            uint8x16_t greater = vcgtq_u8(v, best);
            best = vbslq_u8(greater, v, vsubq_u8(best, vdupq_n_u8(1)));
            count = vsubq_u8(count, greater);
        }
        FORGET();
    }
    return mix(fold(best), fold(count));
}

static uint64_t run_v4i(uint64_t n)
{
    int32x4_t a = {1, 2, 3, 4}, b = {5, 6, 7, 8};

    for (uint64_t i = 0; i < n * 1024; i++) {
        a = vmlaq_s32(b, a, vdupq_n_s32(0x10dcd));
        b = veorq_s32(vaddq_s32(b, a), vshrq_n_s32(a, 7));
    }
    return fold(vreinterpretq_u8_s32(vaddq_s32(a, b)));
}

static uint64_t run_saxpy(uint64_t n)
{
    for (uint64_t round = 0; round < n; round++) {
        const float32x4_t a = vdupq_n_f32(round & 1 ? -0.75f : 0.5f);
        for (int i = 0; i < LANES; i += 4) {
            vst1q_f32(ys + i, vaddq_f32(vmulq_f32(vld1q_f32(xs + i), a), vld1q_f32(ys + i)));
        }
        FORGET();
    }
    return fold(vreinterpretq_u8_f32(vld1q_f32(ys + 64)));
}

static uint64_t run_shuffle(uint64_t n)
{
    const uint8x16_t order = {3, 9, 1, 15, 0, 7, 12, 5, 14, 2, 8, 11, 6, 13, 10, 4};
    uint8x16_t a = vld1q_u8(pixels), b = vld1q_u8(pixels + 16);

    for (uint64_t i = 0; i < n * 1024; i++) {
        uint8x16_t low = vzip1q_u8(a, b);
        b = vextq_u8(b, vrev64q_u8(a), 5);
        a = vaddq_u8(vqtbl1q_u8(low, order), b);
    }
    return mix(fold(a), fold(b));
}

/* Widening multiply and a sum over the lanes, as image and sound codecs do. */
static uint64_t run_widen(uint64_t n)
{
    uint64_t sum = 0;

    for (uint64_t round = 0; round < n; round++) {
        uint32x4_t acc = vdupq_n_u32(0);
        for (int i = 0; i < LANES; i += 16) {
            uint8x16_t v = vld1q_u8(pixels + i);
            uint16x8_t low = vmull_u8(vget_low_u8(v), vget_high_u8(v));
            acc = vpadalq_u16(acc, low);
        }
        sum = mix(sum, vaddvq_u32(acc) + round);
        FORGET();
    }
    return sum;
}

const Kernel simd_kernels[] = {
    KERNEL("v4f", run_v4f),
    KERNEL("v4f-fma", run_v4f_fma),
    KERNEL("v2d", run_v2d),
    KERNEL("v16b", run_v16b, .setup = setup_arrays),
    KERNEL("v4i", run_v4i),
    KERNEL("saxpy", run_saxpy, .setup = setup_arrays),
    KERNEL("shuffle", run_shuffle, .setup = setup_arrays),
    KERNEL("widen", run_widen, .setup = setup_arrays),
    {0},
};
