/* SPDX-License-Identifier: MIT */
/* Inside util's JSON reader: what the stream hands to the parser. */
#ifndef UTIL_JSON_TOKEN_H
#define UTIL_JSON_TOKEN_H

#include "util/json.h"

typedef enum JsonTokenKind {
    JSON_TOKEN_PUNCT,  /* text is one of { } [ ] , : */
    JSON_TOKEN_STRING, /* with its quotes and escapes */
    JSON_TOKEN_INTEGER,
    JSON_TOKEN_FLOAT,
    JSON_TOKEN_KEYWORD,
} JsonTokenKind;

typedef struct JsonToken {
    JsonTokenKind kind;
    size_t start; /* in the tokens' text; a NUL follows each */
    size_t len;
} JsonToken;

/* One value made of all n tokens; NULL with an error otherwise. (transfer full) */
JsonNode *json_parse_tokens(const JsonToken *tokens, size_t n, const char *text, Error **errp);

/* What a text may have: no surrogates, no noncharacters. */
bool json_is_character(uint32_t c);
/* The character at *p, which ends with NUL and is not there yet, or -1 for bytes that are none: as
 * many as belong together. Moves *p behind them. */
int32_t json_next_character(const char **p);
void json_append_character(GString *s, uint32_t c);

#endif
