/* SPDX-License-Identifier: MIT */
/* What the telnet and WebSocket protocols make of bytes: fixed exchanges, then random ones. */
#include "backends/chardev/chardev-impl.h"
#include "tests/lib/check-main.h"

#include <string.h>

/* Feeds bytes in pieces of `piece`; what comes out, and what is answered. False at the end. */
typedef struct Wire {
    ChardevCodec *codec;
    GByteArray *got, *reply;
    int breaks;
    bool open;
} Wire;

static Wire wire_new(ChardevCodec *codec)
{
    return (Wire){codec, g_byte_array_new(), g_byte_array_new(), 0, true};
}

static void wire_free(Wire *w)
{
    w->codec->free(w->codec);
    g_byte_array_unref(w->got);
    g_byte_array_unref(w->reply);
}

static void feed(Wire *w, const void *bytes, size_t n, size_t piece)
{
    const uint8_t *p = bytes;

    while (n && w->open) {
        size_t len = MIN(n, piece), out = len;
        g_autofree uint8_t *buf = g_memdup2(p, len); /* exactly as long: overruns are seen */

        w->open = w->codec->decode(w->codec, buf, &out, w->reply);
        ck_assert_uint_le(out, len);
        ck_assert(w->codec->ready || !out);
        g_byte_array_append(w->got, buf, (guint)out);
        w->breaks += w->codec->got_break;
        w->codec->got_break = false;
        p += len;
        n -= len;
    }
}

static void check_bytes(const GByteArray *got, const void *want, size_t n)
{
    ck_assert_uint_eq(got->len, n);
    ck_assert(!n || !memcmp(got->data, want, n));
}

/* ---- telnet */

START_TEST(telnet_greets)
{
    g_autoptr(GByteArray) greeting = g_byte_array_new();
    ChardevCodec *c = telnet_codec_new(greeting);

    ck_assert(c->ready);
    check_bytes(greeting, "\xff\xfb\x01\xff\xfb\x03\xff\xfb\x00\xff\xfd\x00", 12);
    c->free(c);
}
END_TEST

static const struct {
    const char *in;
    size_t n_in;
    const char *data;
    size_t n_data;
    const char *reply;
    size_t n_reply;
    int breaks;
} telnet_cases[] = {
#define B(s) s, sizeof(s) - 1
    {B("plain"), B("plain"), B(""), 0},
    {B("a\xff\xff"
       "b"),
     B("a\xff"
       "b"),
     B(""), 0},
    {B("a\xff\xf3"
       "b"),
     B("ab"), B(""), 1},
    {B("\xff\xfd\x01\xff\xfd\x03\xff\xfb\x00x"), B("x"), B(""), 0}, /* they agree */
    {B("\xff\xfb\x1fx"), B("x"), B("\xff\xfe\x1f"), 0},             /* WILL NAWS: DONT */
    {B("\xff\xfd\x18x"), B("x"), B("\xff\xfc\x18"), 0},             /* DO TTYPE: WONT */
    {B("\xff\xfe\x18\xff\xfc\x1fx"), B("x"), B(""), 0},             /* refusals stand */
    {B("\xff\xfa\x1f\x00\x50\xff\xff\xff\xf0x"), B("x"), B(""), 0}, /* subnegotiation */
    {B("\xff\xf1\xff\xf9x"), B("x"), B(""), 0},                     /* NOP, GA */
    {B("a\r\0b\r\nc\0"), B("a\rb\r\nc\0"), B(""), 0},               /* text: CR NUL is CR */
    {B("\xff\xfb\x00"
       "a\r\0b"),
     B("a\r\0b"), B(""), 0}, /* binary */
    {B("\xff\xfb\x00\xff\xfc\x00"
       "a\r\0b"),
     B("a\rb"), B(""), 0},
    {B("x\xff"), B("x"), B(""), 0},
#undef B
};

START_TEST(telnet_bytes)
{
    for (size_t piece = 1; piece < 5; piece++) {
        Wire w = wire_new(telnet_codec_new(NULL));

        feed(&w, telnet_cases[_i].in, telnet_cases[_i].n_in, piece);
        check_bytes(w.got, telnet_cases[_i].data, telnet_cases[_i].n_data);
        check_bytes(w.reply, telnet_cases[_i].reply, telnet_cases[_i].n_reply);
        ck_assert_int_eq(w.breaks, telnet_cases[_i].breaks);
        wire_free(&w);
    }
}
END_TEST

START_TEST(telnet_output)
{
    g_autoptr(GByteArray) wire = g_byte_array_new();
    ChardevCodec *c = telnet_codec_new(NULL);

    c->encode(c,
              (const uint8_t *)"\xff"
                               "ab\xff\xff",
              5, wire);
    check_bytes(wire,
                "\xff\xff"
                "ab\xff\xff\xff\xff",
                8);
    c->free(c);
}
END_TEST

/* ---- WebSocket */

#define REQUEST(extra)                                          \
    "GET /chat HTTP/1.1\r\nHost: example.com\r\n" extra         \
    "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n" \
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static Wire opened(void)
{
    static const char request[] = REQUEST("") "Sec-WebSocket-Version: 13\r\n\r\n";
    Wire w = wire_new(websocket_codec_new());

    feed(&w, request, strlen(request), 7);
    ck_assert(w.open && w.codec->ready);
    g_byte_array_set_size(w.reply, 0);
    return w;
}

/* The answer to the key is the example of RFC 6455. */
START_TEST(websocket_handshake)
{
    static const char request[] =
        REQUEST("Sec-WebSocket-Protocol: base64, binary\r\n") "Sec-WebSocket-Version: 13\r\n\r\n";
    static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                 "Connection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                                 "Sec-WebSocket-Protocol: binary\r\n\r\n";

    for (size_t piece = 1; piece <= sizeof(request); piece += 50) {
        Wire w = wire_new(websocket_codec_new());

        feed(&w, request, strlen(request), piece);
        ck_assert(w.open && w.codec->ready);
        check_bytes(w.reply, answer, strlen(answer));
        wire_free(&w);
    }
}
END_TEST

static const struct {
    const char *request;
    const char *status;
} refused[] = {
    {"\r\n\r\n", "400"},
    {"POST / HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
    {"GET / HTTP/1.1\r\n\r\n", "400"},
    {"GET / HTTP/1.0\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
     "400"},
    {REQUEST("") "Sec-WebSocket-Version: 8\r\n\r\n", "426"},
    {REQUEST("") "\r\n", "426"},
    {REQUEST("") "Sec-WebSocket-Version: 13\r\n\r\nmore", "400"},
    {"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
     "Sec-WebSocket-Key: c2hvcnQ=\r\nSec-WebSocket-Version: 13\r\n\r\n",
     "400"},
};

START_TEST(websocket_refuses)
{
    Wire w = wire_new(websocket_codec_new());
    g_autofree char *start = g_strdup_printf("HTTP/1.1 %s ", refused[_i].status);

    feed(&w, refused[_i].request, strlen(refused[_i].request), 4096);
    ck_assert(!w.open && !w.codec->ready);
    ck_assert_mem_eq(w.reply->data, start, strlen(start));
    wire_free(&w);
}
END_TEST

START_TEST(websocket_request_is_bounded)
{
    Wire w = wire_new(websocket_codec_new());
    g_autofree char *big = g_strnfill(5000, 'a');

    feed(&w, big, 5000, 100);
    ck_assert(!w.open);
    ck_assert_mem_eq(w.reply->data, "HTTP/1.1 431 ", 13);
    wire_free(&w);
}
END_TEST

/* A client's frame. */
static void frame(GByteArray *out, unsigned head, const void *payload, size_t n)
{
    static const uint8_t mask[] = {0x37, 0xfa, 0x21, 0x3d};
    uint8_t h[4] = {(uint8_t)head, (uint8_t)(0x80 | n)};

    if (n >= 126) {
        h[1] = 0x80 | 126;
        h[2] = (uint8_t)(n >> 8);
        h[3] = (uint8_t)n;
    }
    g_byte_array_append(out, h, n < 126 ? 2 : 4);
    g_byte_array_append(out, mask, 4);
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = ((const uint8_t *)payload)[i] ^ mask[i % 4];

        g_byte_array_append(out, &byte, 1);
    }
}

START_TEST(websocket_frames)
{
    g_autoptr(GByteArray) in = g_byte_array_new();
    g_autofree char *big = g_strnfill(1000, 'b');

    frame(in, 0x81, "Hello", 5);
    frame(in, 0x02, "fir", 3); /* fragmented, with a ping in between */
    frame(in, 0x89, "Hello", 5);
    frame(in, 0x80, "st", 2);
    frame(in, 0x82, "", 0);
    frame(in, 0x8a, "unasked pong", 12);
    frame(in, 0x82, big, 1000);
    frame(in, 0x88, "\x03\xe8", 2);
    frame(in, 0x81, "late", 4);
    g_autofree char *want = g_strconcat("Hellofirst", big, NULL);
    for (size_t piece = 1; piece <= 1201; piece += 100) {
        Wire w = opened();

        feed(&w, in->data, in->len, piece);
        ck_assert(!w.open);
        check_bytes(w.got, want, strlen(want));
        check_bytes(w.reply, "\x8a\x05Hello\x88\x02\x03\xe8", 11);
        g_byte_array_set_size(w.reply, 0);
        w.codec->encode(w.codec, (const uint8_t *)"x", 1, w.reply);
        ck_assert_uint_eq(w.reply->len, 0); /* nothing follows a close */
        wire_free(&w);
    }
}
END_TEST

static const struct {
    const char *what;
    uint8_t head[2];
} broken[] = {
    {"not masked", {0x82, 0x05}},        {"reserved bit", {0xc2, 0x85}},
    {"unknown opcode", {0x83, 0x85}},    {"unknown control opcode", {0x8b, 0x85}},
    {"continues nothing", {0x80, 0x85}}, {"fragmented ping", {0x09, 0x85}},
    {"long ping", {0x89, 0xfe}},         {"too long to be true", {0x82, 0xff}},
};

START_TEST(websocket_breaches)
{
    Wire w = opened();
    uint8_t bytes[32];

    memset(bytes, 0xff, sizeof(bytes));
    memcpy(bytes, broken[_i].head, 2);
    feed(&w, bytes, sizeof(bytes), 5);
    ck_assert_msg(!w.open, "%s", broken[_i].what);
    check_bytes(w.reply, "\x88\x02\x03\xea", 4);
    wire_free(&w);
}
END_TEST

START_TEST(websocket_output)
{
    Wire w = opened();
    g_autofree uint8_t *big = g_malloc0(70000);

    w.codec->encode(w.codec, (const uint8_t *)"abc", 3, w.reply);
    check_bytes(w.reply,
                "\x82\x03"
                "abc",
                5);
    w.codec->encode(w.codec, big, 0, w.reply);
    ck_assert_uint_eq(w.reply->len, 5);
    w.codec->encode(w.codec, big, 300, w.reply);
    ck_assert_mem_eq(w.reply->data + 5, "\x82\x7e\x01\x2c", 4);
    ck_assert_uint_eq(w.reply->len, 5 + 4 + 300);
    g_byte_array_set_size(w.reply, 0);
    w.codec->encode(w.codec, big, 70000, w.reply);
    ck_assert_mem_eq(w.reply->data, "\x82\x7f\0\0\0\0\0\x01\x11\x70", 10);
    ck_assert_uint_eq(w.reply->len, 10 + 70000);
    wire_free(&w);
}
END_TEST

/* ---- random bytes: nothing is read or written where it should not be */

START_TEST(random_bytes)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed((guint32)_i);
    static const uint8_t favourites[] = {0xff, 0xfa, 0xf0, 0xf3, 0xfb, 0x81, 0x82,
                                         0x89, 0x88, 0xfe, 0x80, 0x85, 0x00, '\r'};
    uint8_t bytes[256];

    for (int i = 0; i < 400; i++) {
        Wire w =
            i % 2 ? opened() : wire_new(i % 4 ? telnet_codec_new(NULL) : websocket_codec_new());

        for (int j = 0; j < 8 && w.open; j++) {
            for (size_t k = 0; k < sizeof(bytes); k++) {
                bytes[k] = g_rand_boolean(rand)
                               ? favourites[g_rand_int_range(rand, 0, G_N_ELEMENTS(favourites))]
                               : (uint8_t)g_rand_int(rand);
            }
            feed(&w, bytes, sizeof(bytes), (size_t)g_rand_int_range(rand, 1, 300));
        }
        ck_assert_uint_le(w.got->len, 8 * sizeof(bytes));
        wire_free(&w);
    }
}
END_TEST

static Suite *make_suite(void)
{
    Suite *s = suite_create("chardev-codec");
    TCase *tc = tcase_create("codec");

    tcase_add_test(tc, telnet_greets);
    tcase_add_loop_test(tc, telnet_bytes, 0, G_N_ELEMENTS(telnet_cases));
    tcase_add_test(tc, telnet_output);
    tcase_add_test(tc, websocket_handshake);
    tcase_add_loop_test(tc, websocket_refuses, 0, G_N_ELEMENTS(refused));
    tcase_add_test(tc, websocket_request_is_bounded);
    tcase_add_test(tc, websocket_frames);
    tcase_add_loop_test(tc, websocket_breaches, 0, G_N_ELEMENTS(broken));
    tcase_add_test(tc, websocket_output);
    tcase_add_loop_test(tc, random_bytes, 0, 10);
    suite_add_tcase(s, tc);
    return s;
}

TEST_MAIN(make_suite)
