/* SPDX-License-Identifier: MIT */
/* The telnet protocol (RFC 854, 855, 856, 857, 858) as far as a console needs it: we echo, no go-
 * ahead, eight bits both ways; a break arrives as one. */
#include "backends/chardev/chardev-impl.h"

enum { IAC = 255, DONT = 254, DO = 253, WONT = 252, WILL = 251, SB = 250, BRK = 243, SE = 240 };
enum { OPT_BINARY = 0, OPT_ECHO = 1, OPT_SGA = 3, REPLY_BOUND = 1 << 20 };

typedef struct Telnet {
    ChardevCodec codec;
    enum { DATA, COMMAND, OPTION, SUB, SUB_COMMAND } state;
    uint8_t verb;        /* in OPTION */
    bool after_cr;       /* the last byte of data was a carriage return */
    bool peer_is_binary; /* what follows a carriage return is data */
} Telnet;

/* One byte in state COMMAND: what follows IAC. True when it stands for a byte of data. */
static bool command(Telnet *t, uint8_t byte)
{
    t->state = DATA;
    switch (byte) {
    case IAC:
        return true;
    case BRK:
        t->codec.got_break = true;
        break;
    case SB:
        t->state = SUB;
        break;
    case WILL:
    case WONT:
    case DO:
    case DONT:
        t->verb = byte;
        t->state = OPTION;
        break;
    }
    return false;
}

/* Where the peer sends text, a NUL after CR only says that the CR is a CR. */
static bool is_padding(Telnet *t, uint8_t byte)
{
    bool padding = t->after_cr && !t->peer_is_binary && byte == 0;

    t->after_cr = byte == '\r';
    return padding;
}

/* What we did not offer or ask for is refused; answers need no answer. */
static void answer_option(Telnet *t, uint8_t option, GByteArray *reply)
{
    const uint8_t refusal[] = {IAC, t->verb == WILL ? DONT : WONT, option};

    if (option == OPT_BINARY && (t->verb == WILL || t->verb == WONT)) {
        t->peer_is_binary = t->verb == WILL;
    }
    if (option != OPT_BINARY && option != OPT_ECHO && option != OPT_SGA &&
        (t->verb == WILL || t->verb == DO) && reply->len < REPLY_BOUND) {
        g_byte_array_append(reply, refusal, sizeof(refusal));
    }
}

/* True when the byte is data. */
static bool take(Telnet *t, uint8_t byte, GByteArray *reply)
{
    switch (t->state) {
    case DATA:
        if (byte == IAC) {
            t->state = COMMAND;
            return false;
        }
        return !is_padding(t, byte);
    case COMMAND:
        return command(t, byte);
    case OPTION:
        answer_option(t, byte, reply);
        t->state = DATA;
        return false;
    case SUB:
        t->state = byte == IAC ? SUB_COMMAND : SUB;
        return false;
    case SUB_COMMAND:
        t->state = byte == SE ? DATA : SUB;
        return false;
    }
    return false;
}

static bool decode(ChardevCodec *c, uint8_t *buf, size_t *n, GByteArray *reply)
{
    Telnet *t = (Telnet *)c;
    size_t out = 0;

    for (size_t i = 0; i < *n; i++) {
        if (take(t, buf[i], reply)) {
            buf[out++] = buf[i];
        }
    }
    *n = out;
    return true;
}

static void encode(ChardevCodec *c, const uint8_t *buf, size_t n, GByteArray *wire)
{
    static const uint8_t escaped[] = {IAC, IAC};
    size_t start = 0;

    for (size_t i = 0; i < n; i++) {
        if (buf[i] == IAC) {
            g_byte_array_append(wire, buf + start, (guint)(i - start));
            g_byte_array_append(wire, escaped, sizeof(escaped));
            start = i + 1;
        }
    }
    g_byte_array_append(wire, buf + start, (guint)(n - start));
}

static void telnet_free(ChardevCodec *c)
{
    g_free(c);
}

ChardevCodec *telnet_codec_new(GByteArray *greeting)
{
    static const uint8_t offer[] = {
        IAC, WILL, OPT_ECHO, IAC, WILL, OPT_SGA, IAC, WILL, OPT_BINARY, IAC, DO, OPT_BINARY,
    };
    Telnet *t = g_new0(Telnet, 1);

    t->codec = (ChardevCodec){decode, encode, telnet_free, .ready = true};
    if (greeting) {
        g_byte_array_append(greeting, offer, sizeof(offer));
    }
    return &t->codec;
}
