/* SPDX-License-Identifier: MIT */
/* Vector operations of cryptography, by the host's AES, SHA and carryless multiplication. */
#include "accel/tcg/x64/emit-vec.h"

enum {
    AES_IMC = V66_38 | 0xdb,
    AES_ENC = V66_38 | 0xdc,
    AES_ENC_LAST = V66_38 | 0xdd,
    AES_DEC = V66_38 | 0xde,
    AES_DEC_LAST = V66_38 | 0xdf,
    SHA256_ROUNDS = X64_0F38 | 0xcb, /* two; their part of the schedule is in XMM0 */
    SHA256_MSG1 = X64_0F38 | 0xcc,
    SHA256_MSG2 = X64_0F38 | 0xcd,
    SHUFPS = X64_0F | 0xc6,
};

static uint32_t needed(unsigned op)
{
    return op == IR_V_PMULL                             ? HOST_PCLMUL
           : op >= IR_V_SHA256H && op <= IR_V_SHA256SU1 ? HOST_SHA
                                                        : HOST_AES;
}

/* The host adds its key after a round, Arm before it: so it is zero there. */
static void aes_round(Emit *e, uint32_t opcode, unsigned d, unsigned a, unsigned b)
{
    vec_op(e, X_PXOR, d, a, b);
    vec_zero(e, 0);
    vec_op(e, opcode, d, d, 0);
}

/* The host keeps the state as F E B A and H G D C, from low to high, and changes the latter. */
static void sha256_rounds(Emit *e, bool upper, unsigned d, unsigned abcd, unsigned efgh, unsigned w)
{
    enum { LOW_PAIRS = 0x11, HIGH_PAIRS = 0xbb };

    vec_op_imm(e, SHUFPS, 2, efgh, abcd, LOW_PAIRS);
    vec_op_imm(e, SHUFPS, 1, efgh, abcd, HIGH_PAIRS);
    vec_mov(e, 0, w);
    x64_rr(&e->s, false, SHA256_ROUNDS, 1, 2);
    vec_un_imm(e, X_PSHUFD, 0, w, 0x0e);
    x64_rr(&e->s, false, SHA256_ROUNDS, 2, 1);
    vec_op_imm(e, SHUFPS, d, 2, 1, upper ? LOW_PAIRS : HIGH_PAIRS);
}

static void compute(Emit *e, unsigned op, unsigned d, unsigned a, unsigned b, unsigned c)
{
    switch (op) {
    case IR_V_AESE:
        aes_round(e, AES_ENC_LAST, d, a, b);
        break;
    case IR_V_AESD:
        aes_round(e, AES_DEC_LAST, d, a, b);
        break;
    case IR_V_AESE_MC:
        aes_round(e, AES_ENC, d, a, b);
        break;
    case IR_V_AESD_IMC:
        aes_round(e, AES_DEC, d, a, b);
        break;
    case IR_V_AESMC:
        vec_zero(e, 0);
        vec_op(e, AES_DEC_LAST, d, a, 0);
        vec_op(e, AES_ENC, d, d, 0);
        break;
    case IR_V_AESIMC:
        vec_un(e, AES_IMC, d, a);
        break;
    case IR_V_SHA256H:
        sha256_rounds(e, false, d, a, b, c);
        break;
    case IR_V_SHA256H2:
        sha256_rounds(e, true, d, b, a, c);
        break;
    case IR_V_SHA256SU0:
        vec_mov(e, d, a);
        x64_rr(&e->s, false, SHA256_MSG1, d, b);
        break;
    case IR_V_SHA256SU1:
        vec_op_imm(e, V66_3A | 0x0f, 0, c, b, 4); /* palignr */
        vec_op(e, X_PADDD, d, a, 0);
        x64_rr(&e->s, false, SHA256_MSG2, d, c);
        break;
    default:
        vec_op_imm(e, V66_3A | 0x44, d, a, b, 0); /* pclmulqdq */
        break;
    }
}

bool emit_vec_crypto(Emit *e, IrRef r)
{
    const IrNode *n = emit_at(e, r);

    if (n->aux < IR_V_AESE) {
        return false;
    }
    if (!host_has(needed(n->aux))) {
        emit_vec_call(e, r);
        return true;
    }
    unsigned a = emit_use_xmm(e, n->a), b = n->b ? emit_use_xmm(e, n->b) : 0;
    unsigned c = n->c ? emit_use_xmm(e, n->c) : 0;
    compute(e, n->aux, emit_define_xmm(e, r), a, b, c);
    return true;
}
