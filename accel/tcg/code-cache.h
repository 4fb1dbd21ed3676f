/* SPDX-License-Identifier: MIT */
/* Memory of translated code. It is mapped twice, once to write and once to execute, and never both
 * at one address. It is cut into arenas that are filled one after the other; when none is free, the
 * oldest is emptied: its pages forget what was translated, and once every vCPU has left the code
 * (util/rcu.h) it is used again. Beside it, within reach of its jumps, are tables of entries. */
#ifndef ACCEL_TCG_CODE_CACHE_H
#define ACCEL_TCG_CODE_CACHE_H

#include "accel/tcg/code.h"

enum { /* bytes that it can have: displacements of 32 bits reach all of it */
       CODE_CACHE_MIN = 8 << 20,
       CODE_CACHE_MAX = 2047 << 20,
};

/* Reserves `size` bytes (tables included); once a process. Half is for tables. */
bool code_cache_init(uint64_t size, Error **errp);

/* What follows is guarded by the translator's lock (jit.c), except where it says otherwise. */

/* Where the next block may be written. */
typedef struct CodeRoom {
    uint8_t *rw, *rw_end;
    ptrdiff_t rx_delta; /* it executes at rw + rx_delta */
} CodeRoom;

enum { CODE_MAX_BLOCK = 256 * 1024 };

/* Room for at least CODE_MAX_BLOCK bytes, true until the next call but code_cache_forget_page().
 * May make pages forget, also the one that is about to be translated. False: all memory is in
 * use; emptying has begun. */
bool code_cache_begin(CodeRoom *ret);
/* Keeps the first `used` bytes, rounded up to 64, of the last room; `page` has code there. NULL: it
 * is kept for ever; before any page's alone. */
void code_cache_commit(size_t used, CodePage *page);
/* Where the executable mapping begins: every address of code is this + 32 bits. */
const uint8_t *code_cache_base(void);
bool code_cache_contains(const void *rx); /* any thread */

/* Tables of INSNS_PER_PAGE entries, all `initial`. NULL: none is left; emptying has begun, and the
 * room is gone. Only pages that get code or are retired ever give theirs back. */
const void **code_table_new(const void *initial);
/* Its page is gone: used again when no vCPU can be in code that looks at it. */
void code_table_retire(const void **table);
/* The page is about to be retired: no arena will ask it to forget. */
void code_cache_forget_page(CodePage *page);
/* Empties everything. */
void code_cache_flush(void);

typedef struct CodeCacheInfo {
    uint64_t size, used; /* bytes, tables included */
    uint64_t tables;     /* in use */
    uint64_t evictions;  /* arenas emptied to make room */
    uint64_t flushes;
} CodeCacheInfo;
CodeCacheInfo code_cache_info(void); /* any thread */

/* What the cache asks of its user: the page forgets all translated code (jit.c). */
void jit_page_forget(CodePage *page);

#endif
