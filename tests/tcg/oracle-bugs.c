/* SPDX-License-Identifier: MIT */
/* What the oracle (libunicorn 2.0.1) is known to do wrong or not to know, with the page of the Arm
 * ARM (DDI 0487), by its title, that says so. Cases that match are not compared; everything else
 * is. */
#include "tests/tcg/diff.h"

#include <glib.h>

static const OracleBug bugs[] = {
    {"FCVTZS_sfh", 0, 0,
     "FCVTZS (vector, fixed-point), scalar of 16 bits: the register's other bits become 0; the "
     "oracle sign-extends a negative result"},
    {"FCMLA_veh", 1u << 30, 0,
     "FCMLA (by element): with Q 0 there are no elements above bit 63; the oracle's raise "
     "exceptions"},
    /* opc 1xx: signed and unsigned maximum and minimum, below 64 bits */
    {"LDOP", 0x80004000, 0x00004000,
     "LDSMAX, LDSMIN, LDUMAX, LDUMIN: the operand is X[s, datasize], its upper bits "
     "do not take part; the oracle compares them too"},
    {"LDOP", 0xc0004000, 0x80004000, "the same, 32 bits"},
    {NULL, 0, 0, NULL},
};

const OracleBug *oracle_bug_find(const char *row, uint32_t word)
{
    for (const OracleBug *b = bugs; b->row; b++) {
        if (g_pattern_match_simple(b->row, row) && (word & b->mask) == b->value) {
            return b;
        }
    }
    return NULL;
}
