/* SPDX-License-Identifier: MIT */
/* The cryptographic operations on whole registers. */
#ifndef ACCEL_TCG_A64_VEC_CRYPTO_H
#define ACCEL_TCG_A64_VEC_CRYPTO_H

#include "hw/cpu/arm-cpu.h"

/* Operands in the order d, n, m, a of the instruction; the result is the new d. */
typedef ArmVec CryptoOp1(ArmVec n);
typedef ArmVec CryptoOp2(ArmVec d, ArmVec n);
typedef ArmVec CryptoOp3(ArmVec d, ArmVec n, ArmVec m);

CryptoOp1 crypto_aesmc, crypto_aesimc, crypto_sha1h;
CryptoOp2 crypto_aese, crypto_aesd, crypto_sha1su1, crypto_sha256su0, crypto_sha512su0, crypto_sm4e;
CryptoOp2 crypto_sm4ekey; /* n, m */
CryptoOp3 crypto_sha1c, crypto_sha1p, crypto_sha1m, crypto_sha1su0;
CryptoOp3 crypto_sha256h, crypto_sha256h2, crypto_sha256su1;
CryptoOp3 crypto_sha512h, crypto_sha512h2, crypto_sha512su1;
CryptoOp3 crypto_sm3partw1, crypto_sm3partw2;
CryptoOp3 crypto_sm3ss1; /* n, m, a */

typedef enum CryptoSm3 { CRYPTO_SM3TT1A, CRYPTO_SM3TT1B, CRYPTO_SM3TT2A, CRYPTO_SM3TT2B } CryptoSm3;
ArmVec crypto_sm3tt(CryptoSm3 op, unsigned index, ArmVec d, ArmVec n, ArmVec m);

#endif
