/* SPDX-License-Identifier: MIT */
/* Meanings of the cryptographic extension (Arm ARM C4.1.96). */
#include "accel/tcg/a64/sem-vec.h"

/* ---- rows by the operands they read */

#define N(row, op)                                                     \
    SEM(row)                                                           \
    {                                                                  \
        return vec_done(c, 16, vec_crypto1(c, op, vec_get(c, i->rn))); \
    }
#define DN(row, op)                                                                       \
    SEM(row)                                                                              \
    {                                                                                     \
        return vec_done(c, 16, vec_crypto2(c, op, vec_get(c, i->rd), vec_get(c, i->rn))); \
    }
#define DNM(row, op)                                                                         \
    SEM(row)                                                                                 \
    {                                                                                        \
        V128 d = vec_get(c, i->rd);                                                          \
                                                                                             \
        return vec_done(c, 16, vec_crypto3(c, op, d, vec_get(c, i->rn), vec_get(c, i->rm))); \
    }
#define SM3TT(row)                                                                     \
    SEM(row)                                                                           \
    {                                                                                  \
        V128 d = vec_get(c, i->rd), n = vec_get(c, i->rn), m = vec_get(c, i->rm);      \
                                                                                       \
        return vec_done(c, 16, vec_sm3tt(c, CRYPTO_##row, (unsigned)i->imm, d, n, m)); \
    }

N(AESMC, crypto_aesmc)
N(AESIMC, crypto_aesimc)
N(SHA1H, crypto_sha1h)
DN(AESE, crypto_aese)
DN(AESD, crypto_aesd)
DN(SHA1SU1, crypto_sha1su1)
DN(SHA256SU0, crypto_sha256su0)
DN(SHA512SU0, crypto_sha512su0)
DN(SM4E, crypto_sm4e)
DNM(SHA1C, crypto_sha1c)
DNM(SHA1P, crypto_sha1p)
DNM(SHA1M, crypto_sha1m)
DNM(SHA1SU0, crypto_sha1su0)
DNM(SHA256H, crypto_sha256h)
DNM(SHA256H2, crypto_sha256h2)
DNM(SHA256SU1, crypto_sha256su1)
DNM(SHA512H, crypto_sha512h)
DNM(SHA512H2, crypto_sha512h2)
DNM(SHA512SU1, crypto_sha512su1)
DNM(SM3PARTW1, crypto_sm3partw1)
DNM(SM3PARTW2, crypto_sm3partw2)
SM3TT(SM3TT1A)
SM3TT(SM3TT1B)
SM3TT(SM3TT2A)
SM3TT(SM3TT2B)

SEM(SM3SS1)
{
    V128 n = vec_get(c, i->rn), m = vec_get(c, i->rm), a = vec_get(c, i->ra);

    return vec_done(c, 16, vec_crypto3(c, crypto_sm3ss1, n, m, a));
}

SEM(SM4EKEY)
{
    return vec_done(c, 16, vec_crypto2(c, crypto_sm4ekey, vec_get(c, i->rn), vec_get(c, i->rm)));
}

/* ---- SHA-3 */

static const VecShape doubles = {3, 16};

SEM(EOR3)
{
    V128 v = vec_xor(c, doubles, vec_get(c, i->rn), vec_get(c, i->rm));

    return vec_done(c, 16, vec_xor(c, doubles, v, vec_get(c, i->ra)));
}

SEM(BCAX)
{
    V128 v = vec_bic(c, doubles, vec_get(c, i->rm), vec_get(c, i->ra));

    return vec_done(c, 16, vec_xor(c, doubles, vec_get(c, i->rn), v));
}

SEM_INLINE V128 rotate_right(SemCtx c, V128 v, unsigned n)
{
    if (n == 0) {
        return v;
    }
    return vec_or(c, doubles, vec_shru(c, doubles, v, n), vec_shl(c, doubles, v, 64 - n));
}

SEM(RAX1)
{
    V128 v = rotate_right(c, vec_get(c, i->rm), 63);

    return vec_done(c, 16, vec_xor(c, doubles, vec_get(c, i->rn), v));
}

SEM(XAR)
{
    V128 v = vec_xor(c, doubles, vec_get(c, i->rn), vec_get(c, i->rm));

    return vec_done(c, 16, rotate_right(c, v, (unsigned)i->imm));
}

#include "gen/a64-wrap-crypto.h"
