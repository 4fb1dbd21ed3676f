/* SPDX-License-Identifier: MIT */
/* Characters of JSON texts: strict UTF-8, with U+0000 as the two bytes C0 80. */
#include "util/json-token.h"

bool json_is_character(uint32_t c)
{
    return c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff) && !(c >= 0xfdd0 && c <= 0xfdef) &&
           (c & 0xfffe) != 0xfffe;
}

/* How many bytes a first byte announces, those that no character uses included. */
static unsigned announced(uint8_t first)
{
    return first < 0xc0   ? 1
           : first < 0xe0 ? 2
           : first < 0xf0 ? 3
           : first < 0xf8 ? 4
           : first < 0xfc ? 5
           : first < 0xfe ? 6
                          : 1;
}

int32_t json_next_character(const char **p)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000, 0x110000, 0x110000};
    const uint8_t *s = (const uint8_t *)*p;
    unsigned n = announced(s[0]), i = 1;
    uint32_t c = n == 1 ? s[0] : s[0] & (0x7fu >> n);

    for (; i < n && (s[i] & 0xc0) == 0x80; i++) {
        c = c << 6 | (s[i] & 0x3f);
    }
    *p += i;
    if (s[0] == 0xc0 && i == 2 && !c) {
        return 0;
    }
    return i < n || c < least[n] || (n == 1 && c >= 0x80) || !json_is_character(c) ? -1
                                                                                   : (int32_t)c;
}

void json_append_character(GString *s, uint32_t c)
{
    if (c) {
        g_string_append_unichar(s, c);
    } else {
        g_string_append(s, "\xc0\x80");
    }
}
