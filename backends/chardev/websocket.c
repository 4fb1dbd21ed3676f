/* SPDX-License-Identifier: MIT */
/* The server's side of the WebSocket protocol (RFC 6455): the handshake, then frames. Fragments are
 * passed on as they come, text as the bytes that it is; ours are binary. */
#include "backends/chardev/chardev-impl.h"

#include <string.h>

enum { OP_CONTINUATION = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };
enum { MAX_HEADER = 4096, MAX_CONTROL = 125, REPLY_BOUND = 1 << 20 };
enum { CLOSE_NORMAL = 1000, CLOSE_PROTOCOL = 1002 };

typedef struct Websocket {
    ChardevCodec codec;
    GString *request; /* of the handshake; NULL once it is over */
    bool closed;      /* a close frame was sent: nothing follows it */
    bool fragmented;  /* a message is to be continued */
    /* the frame that is being read */
    uint8_t head[14];
    unsigned have;    /* bytes of the head */
    uint64_t left;    /* payload that has not come yet */
    unsigned mask_at; /* which byte of the mask is next */
    uint8_t control[MAX_CONTROL];
    unsigned control_len; /* of the payload of a control frame */
} Websocket;

/* ---- handshake */

/* The value of a header of the request, without white space around; NULL when it is absent.
 * (transfer full) */
static char *header(char **lines, const char *name)
{
    for (char **line = lines + 1; *line; line++) {
        size_t n = strlen(name);

        if (!g_ascii_strncasecmp(*line, name, n) && (*line)[n] == ':') {
            return g_strstrip(g_strdup(*line + n + 1));
        }
    }
    return NULL;
}

/* Is the word in a list such as "keep-alive, Upgrade"? */
static bool has_word(const char *list, const char *word)
{
    g_auto(GStrv) words = g_strsplit(list ? list : "", ",", -1);

    for (char **w = words; *w; w++) {
        if (!g_ascii_strcasecmp(g_strstrip(*w), word)) {
            return true;
        }
    }
    return false;
}

/* The proof that the key was read. (transfer full) */
static char *accept_key(const char *key)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
    uint8_t digest[20];
    gsize len = sizeof(digest);

    g_checksum_update(sum, (const uint8_t *)key, -1);
    g_checksum_update(sum, (const uint8_t *)"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", -1);
    g_checksum_get_digest(sum, digest, &len);
    return g_base64_encode(digest, len);
}

/* A key is 16 bytes in base64. */
static bool key_is_valid(const char *key)
{
    gsize len;

    if (!key || strlen(key) != 24) {
        return false;
    }
    g_autofree guchar *bytes = g_base64_decode(key, &len);
    return bytes && len == 16;
}

static void append_text(GByteArray *reply, const char *text)
{
    g_byte_array_append(reply, (const uint8_t *)text, (guint)strlen(text));
}

static bool refuse(GByteArray *reply, const char *status)
{
    g_autofree char *text =
        g_strdup_printf("HTTP/1.1 %s\r\nSec-WebSocket-Version: 13\r\nConnection: close\r\n"
                        "Content-Length: 0\r\n\r\n",
                        status);

    append_text(reply, text);
    return false;
}

static bool answer_request(const char *request, GByteArray *reply)
{
    g_auto(GStrv) lines = g_strsplit(request, "\r\n", -1);
    g_autofree char *upgrade = header(lines, "Upgrade");
    g_autofree char *connection = header(lines, "Connection");
    g_autofree char *version = header(lines, "Sec-WebSocket-Version");
    g_autofree char *key = header(lines, "Sec-WebSocket-Key");
    g_autofree char *protocols = header(lines, "Sec-WebSocket-Protocol");
    g_autofree char *host = header(lines, "Host");

    if (!g_str_has_prefix(lines[0], "GET ") || !g_str_has_suffix(lines[0], " HTTP/1.1")) {
        return refuse(reply, "400 Bad Request");
    }
    if (!has_word(upgrade, "websocket") || !has_word(connection, "upgrade") || !host ||
        !key_is_valid(key)) {
        return refuse(reply, "400 Bad Request");
    }
    if (g_strcmp0(version, "13")) {
        return refuse(reply, "426 Upgrade Required");
    }
    g_autofree char *proof = accept_key(key);
    g_autofree char *text = g_strdup_printf(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: %s\r\n%s\r\n",
        proof, has_word(protocols, "binary") ? "Sec-WebSocket-Protocol: binary\r\n" : "");
    append_text(reply, text);
    return true;
}

/* Nothing may follow the request before it is answered. */
static bool handshake(Websocket *w, const uint8_t *buf, size_t n, GByteArray *reply)
{
    if (memchr(buf, 0, n)) {
        return refuse(reply, "400 Bad Request");
    }
    g_string_append_len(w->request, (const char *)buf, (gssize)n);
    const char *end = strstr(w->request->str, "\r\n\r\n");
    if (!end) {
        return w->request->len <= MAX_HEADER ||
               refuse(reply, "431 Request Header Fields Too Large");
    }
    if (end[4]) {
        return refuse(reply, "400 Bad Request");
    }
    w->codec.ready = answer_request(w->request->str, reply);
    g_string_free(g_steal_pointer(&w->request), TRUE);
    return w->codec.ready;
}

/* ---- frames */

static void send_frame(unsigned opcode, const uint8_t *buf, size_t n, GByteArray *wire)
{
    uint8_t head[10] = {(uint8_t)(0x80 | opcode)};
    unsigned len = 2;

    if (n < 126) {
        head[1] = (uint8_t)n;
    } else if (n <= 0xffff) {
        head[1] = 126;
        head[2] = (uint8_t)(n >> 8);
        head[3] = (uint8_t)n;
        len = 4;
    } else {
        head[1] = 127;
        for (int i = 0; i < 8; i++) {
            head[2 + i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
        }
        len = 10;
    }
    g_byte_array_append(wire, head, len);
    g_byte_array_append(wire, buf, (guint)n);
}

static bool close_with(Websocket *w, unsigned status, GByteArray *reply)
{
    uint8_t payload[2] = {(uint8_t)(status >> 8), (uint8_t)status};

    if (!w->closed) {
        send_frame(OP_CLOSE, payload, sizeof(payload), reply);
        w->closed = true;
    }
    return false;
}

static unsigned opcode(const Websocket *w)
{
    return w->head[0] & 0xf;
}

static bool is_control(const Websocket *w)
{
    return opcode(w) >= OP_CLOSE;
}

/* The length of the head, as far as its first two bytes tell. */
static unsigned head_size(const Websocket *w)
{
    unsigned len = w->head[1] & 0x7f;

    return 2 + (len == 126 ? 2 : len == 127 ? 8 : 0) + 4;
}

static uint64_t payload_size(const Websocket *w)
{
    unsigned len = w->head[1] & 0x7f;
    unsigned bytes = len == 126 ? 2 : len == 127 ? 8 : 0;
    uint64_t n = 0;

    for (unsigned i = 0; i < bytes; i++) {
        n = n << 8 | w->head[2 + i];
    }
    return bytes ? n : len;
}

/* The head is complete: may there be such a frame now? */
static bool frame_is_valid(const Websocket *w)
{
    bool final = w->head[0] & 0x80;

    if ((w->head[0] & 0x70) || !(w->head[1] & 0x80) || payload_size(w) >> 63) {
        return false;
    }
    switch (opcode(w)) {
    case OP_CONTINUATION:
        return w->fragmented;
    case OP_TEXT:
    case OP_BINARY:
        return !w->fragmented;
    case OP_CLOSE:
    case OP_PING:
    case OP_PONG:
        return final && payload_size(w) <= MAX_CONTROL;
    }
    return false;
}

static bool end_frame(Websocket *w, GByteArray *reply)
{
    w->have = 0;
    if (!is_control(w)) {
        w->fragmented = !(w->head[0] & 0x80);
        return true;
    }
    if (opcode(w) == OP_CLOSE) {
        return close_with(w, CLOSE_NORMAL, reply);
    }
    if (opcode(w) == OP_PING && reply->len < REPLY_BOUND) {
        send_frame(OP_PONG, w->control, w->control_len, reply);
    }
    return true;
}

/* One byte of a frame's head. */
static bool take_head(Websocket *w, uint8_t byte, GByteArray *reply)
{
    w->head[w->have++] = byte;
    if (w->have < 2 || w->have < head_size(w)) {
        return true;
    }
    if (!frame_is_valid(w)) {
        return close_with(w, CLOSE_PROTOCOL, reply);
    }
    w->left = payload_size(w);
    w->mask_at = 0;
    w->control_len = 0;
    return w->left || end_frame(w, reply);
}

static bool decode(ChardevCodec *c, uint8_t *buf, size_t *n, GByteArray *reply)
{
    Websocket *w = (Websocket *)c;
    size_t out = 0;
    bool ok = true;

    if (!c->ready) {
        ok = handshake(w, buf, *n, reply);
        *n = 0;
        return ok;
    }
    for (size_t i = 0; i < *n && ok; i++) {
        if (w->have < 2 || w->have < head_size(w)) {
            ok = take_head(w, buf[i], reply);
            continue;
        }
        uint8_t byte = buf[i] ^ w->head[head_size(w) - 4 + w->mask_at++ % 4];

        if (is_control(w)) {
            w->control[w->control_len++] = byte;
        } else {
            buf[out++] = byte;
        }
        if (!--w->left) {
            ok = end_frame(w, reply);
        }
    }
    *n = out;
    return ok;
}

static void encode(ChardevCodec *c, const uint8_t *buf, size_t n, GByteArray *wire)
{
    if (n && !((Websocket *)c)->closed) {
        send_frame(OP_BINARY, buf, n, wire);
    }
}

static void websocket_free(ChardevCodec *c)
{
    Websocket *w = (Websocket *)c;

    if (w->request) {
        g_string_free(w->request, TRUE);
    }
    g_free(w);
}

ChardevCodec *websocket_codec_new(void)
{
    Websocket *w = g_new0(Websocket, 1);

    w->codec = (ChardevCodec){decode, encode, websocket_free, .ready = false};
    w->request = g_string_new(NULL);
    return &w->codec;
}
