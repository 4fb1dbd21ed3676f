/* SPDX-License-Identifier: MIT */
/* Quicksort with an insertion sort for the short ends. */
#include "bench.h"

static void sort_short(uint32_t *a, long n)
{
    for (long i = 1; i < n; i++) {
        uint32_t v = a[i];
        long k = i;
        for (; k > 0 && a[k - 1] > v; k--) {
            a[k] = a[k - 1];
        }
        a[k] = v;
    }
}

void sort_words(uint32_t *a, long n)
{
    while (n > 12) {
        uint32_t pivot = a[n / 2];
        long i = 0, k = n - 1;
        while (i <= k) {
            while (a[i] < pivot) {
                i++;
            }
            while (a[k] > pivot) {
                k--;
            }
            if (i <= k) {
                uint32_t v = a[i];
                a[i++] = a[k];
                a[k--] = v;
            }
        }
        /* The shorter part by a call: the stack stays small. */
        if (k + 1 < n - i) {
            sort_words(a, k + 1);
            a += i, n -= i;
        } else {
            sort_words(a + i, n - i);
            n = k + 1;
        }
    }
    sort_short(a, n);
}
