/* SPDX-License-Identifier: MIT */
/* Semihosting's effects on the process: exit status, output, its character device, who may. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/run.h"
#include "tests/lib/tap.h"

#include <stdlib.h>
#include <string.h>

/* An arm64 Image that greets by SYS_WRITE0, echoes a byte by SYS_READC and SYS_WRITEC where
 * `echoes`, and ends by SYS_EXIT with status 7. */
static const uint32_t greet_image[] = {
    [0] = 0x14000010,  /* b      0x40 */
    [4] = 0x00002000,  /* size of the image */
    [6] = 0x0000000a,  /* flags: 4K pages, anywhere */
    [14] = 0x644d5241, /* "ARM\x64" */
    [16] = 0x10000201, /* 0x40: adr x1, 0x80 */
    0xd2800080,        /* mov    x0, #4 */
    0xd45e0000,        /* hlt    #0xf000 */
    0xd2800300,        /* mov    x0, #0x18 */
    0x10000201,        /* 0x50: adr x1, 0x90 */
    0xd45e0000,        /* hlt    #0xf000 */
    0x14000000,        /* b      . */
    [32] = 0x6c6c6568, /* "hello\n" */
    0x00000a6f,
    [36] = 0x00020026, /* ADP_Stopped_ApplicationExit */
    0,
    7,
    0,
};
static const uint32_t echo_image[] = {
    [0] = 0x14000010,  [4] = 0x00002000,  [6] = 0x0000000a,
    [14] = 0x644d5241, [16] = 0xd28000e0, /* 0x40: mov x0, #7 */
    0xd45e0000,                           /* hlt    #0xf000 */
    0x100001c1,                           /* 0x48: adr x1, 0x80 */
    0x39000020,                           /* strb   w0, [x1] */
    0xd2800060,                           /* mov    x0, #3 */
    0xd45e0000,                           /* hlt    #0xf000 */
    0x17fffffa,                           /* 0x58: b 0x40 */
};

static char *poise;

static void test_exit(const char *dir)
{
    const char *const on[] = {"-M",        "virt",  "-nodefaults",  "-kernel",
                              "greet.img", "--run", "-semihosting", NULL};
    g_auto(RunResult) r = run_program(dir, poise, on);

    tap_ok(r.status == 7, r.err, "SYS_EXIT gives the process its status");
    tap_ok(strcmp(r.err, "hello\n") == 0, r.err, "SYS_WRITE0 goes to standard error");
}

static void test_off(const char *dir)
{
    const char *const off[] = {"-M",         "virt",      "-nodefaults",
                               "-kernel",    "greet.img", "-semihosting-config",
                               "enable=off", NULL};
    g_autofree char *image = g_build_filename(dir, "greet.img", NULL);
    const char *args[8];

    memcpy(args, off, sizeof(off));
    args[4] = image;
    g_autoptr(QmpClient) c = qmp_client_start(poise, args, NULL);
    bool ready = c && qmp_client_negotiate(c, NULL);
    g_autoptr(JsonNode) ran =
        ready ? qmp_client_execute(c, "x-run-for", "{\"ns\": 50000000}", NULL) : NULL;
    g_autoptr(JsonObject) stop = ran ? qmp_client_wait_event(c, "STOP", NULL) : NULL;

    tap_ok(stop, NULL, "without -semihosting the guest goes nowhere");
}

static void test_chardev(const char *dir)
{
    g_autofree char *image = g_build_filename(dir, "echo.img", NULL);
    const char *const args[] = {"-M",
                                "virt",
                                "-nodefaults",
                                "-kernel",
                                image,
                                "-chardev",
                                "ringbuf,id=con,size=64",
                                "-semihosting-config",
                                "chardev=con",
                                NULL};
    g_autoptr(QmpClient) c = qmp_client_start(poise, args, NULL);
    bool ready = c && qmp_client_negotiate(c, NULL);
    g_autoptr(JsonNode) cont = ready ? qmp_client_execute(c, "cont", NULL, NULL) : NULL;
    g_autoptr(JsonNode) stop = cont ? qmp_client_execute(c, "stop", NULL, NULL) : NULL;

    tap_ok(stop, NULL, "a guest that waits for input can be paused");
}

static void test_refused(const char *value, const char *message)
{
    const char *const args[] = {"-M", "virt", "--run", "-semihosting-config", value, NULL};
    g_auto(RunResult) r = run_program(".", poise, args);

    tap_ok(r.status == 1 && strstr(r.err, message), r.err, "-semihosting-config %s: %s", value,
           message);
}

int main(void)
{
    g_autofree char *dir = run_make_dir();
    g_autofree char *greet = g_build_filename(dir, "greet.img", NULL);
    g_autofree char *echo = g_build_filename(dir, "echo.img", NULL);
    g_autofree char *path = g_canonicalize_filename(getenv("POISE"), NULL);

    poise = path;
    g_file_set_contents(greet, (const char *)greet_image, sizeof(greet_image), NULL);
    g_file_set_contents(echo, (const char *)echo_image, sizeof(echo_image), NULL);
    test_exit(dir);
    test_off(dir);
    test_chardev(dir);
    test_refused("chardev=nobody", "semihosting chardev 'nobody' not found");
    test_refused("target=gdb", "'gdb' needs a debugger");
    test_refused("target=me", "does not accept value 'me'");
    run_remove_dir(g_steal_pointer(&dir));
    return tap_done();
}
