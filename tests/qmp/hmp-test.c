/* SPDX-License-Identifier: MIT */
/* The human monitor over QMP: each line is given to our program, and where its output does not
 * depend on the program or the host, to the installed peer too. */
#include "tests/lib/qmp-client.h"
#include "tests/lib/tap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

typedef struct Line {
    const char *line;
    const char *output; /* a regular expression for the whole of it */
    bool same;          /* the peer prints exactly the same */
} Line;

static const Line lines[] = {
    {"info status", "VM status: paused \\(prelaunch\\)\r\n", true},
    {"info name", "hmp test\r\n", true},
    {"info uuid", "00000000-0000-0000-0000-000000000000\r\n", true},
    {"info kvm", "kvm support: not compiled\r\n", true},
    {"info version", "7\\.2\\.22poise-.*\r\n", false},
    {"info cpus", "\\* CPU #0: thread_id=[1-9]\\d*\r\n  CPU #1: thread_id=[1-9]\\d*\r\n", false},
    {"info memory_size_summary", "base memory: 134217728\r\nplugged memory: 0\r\n", true},
    {"info iothreads", "", true},
    {"info tpm", "", true},
    {"info balloon", "Error: No balloon device has been activated\r\n", true},
    {"info chardev", "(?s).*rb: filename=ringbuf\r\n.*", false},
    {"info registers", "(?s)\r\nCPU#0\r\n PC=0000000000000000 X00=.* SP=0{16}\r\nPSTATE=.*", false},
    {"info mtree", "(?s)address-space: memory\r\n.*pl011\r\n.*address-space: I/O\r\n.*", false},
    {"info qtree", "(?s).*\\(pl011\\)\r\n.*", false},
    {"info qom-tree /machine", "(?s)/machine \\(virt-7.2-machine\\)\r\n.*", false},
    {"info qom-tree /nosuch", "Error: Device '/nosuch' not found\r\n", false},
    {"info nosuch", "unknown command: 'info nosuch'\r\n", true},
    {"info status now", "Error: info status: .*\r\n", false},
    {"", "", true},
    {"# remark", "", false},
    {"nosuch", "unknown command: 'nosuch'\r\n", true},
    {"help cont", "cont\\|c .*\r\n", false},
    {"help", "(?s).*cont\\|c.*xp.*", false},
    {"cont now", "Error: cont\\|c: .*\r\n", false},
    {"memsave 0", "Error: memsave: usage: .*\r\n", false},
    {"print 1+2*3", "0x7\r\n", true},
    {"p/x 255", "0xff\r\n", true},
    {"p/c 7", "'\\\\x07'\r\n", true},
    {"p/x (1+2)*-1", "0xfffffffffffffffd\r\n", true},
    {"p/d 7 % 4 | 8", "11\r\n", true},
    {"p 1/0", "Error: division by zero\r\n", false},
    {"p 1+", "Error: .*\r\n", false},
    {"p (1", "Error: .*\r\n", false},
    {"p $pc", "0x0\r\n", false},
    {"p $nosuch", "Error: unknown register.*\r\n", false},
    {"x/4xw 0", "0{16}: 0x00000000 0x00000000 0x00000000 0x00000000\r\n", true},
    {"x/2dw 0", "0{16}: +0 +0\r\n", true},
    {"xp/3xb 0", "0{16}: 0x00 0x00 0x00\r\n", true},
    {"xp/1xg 0", "0{16}: 0x0{16}\r\n", true},
    {"xp/1xw 0x40000000", "0000000040000000: 0xedfe0dd0\r\n", true},
    {"xp/1c 0x40000001", "0000000040000001: '\\\\r'\r\n", false},
    {"xp/1i 0", "0x00000000:  00000000  .*\r\n", false},
    {"xp/9999999999xg 0", "Error: no more than 1 MiB at once\r\n", false},
    {"xp/1q 0", "Error: invalid char in format: 'q'\r\n", false},
    {"sum 0 4096", "00000\r\n", true},
    {"gva2gpa 0x40000000", "gpa: 0x40000000\r\n", true},
    {"gpa2hva 0x40000000", "Host virtual address for 0x40000000 \\(mach-virt.ram\\) is 0x.*\r\n",
     false},
    {"gpa2hva 0x9000000", "Error: Memory at address 0x9000000 is not RAM\r\n", false},
    {"cpu 1", "", true},
    {"cpu 7", "invalid CPU index\r\n", true},
    {"cpu x", "invalid CPU index\r\n", false},
    {"ringbuf_write rb hello world", "", false},
    {"ringbuf_read rb 100", "hello world\r\n", false},
    {"ringbuf_read nosuch 1", "Error: Device 'nosuch' not found\r\n", false},
    {"chardev-add null,id=n0", "", true},
    {"chardev-remove n0", "", true},
    {"chardev-remove n0", "Error: Chardev 'n0' not found\r\n", true},
    {"object_add rng-builtin,id=r0", "", true},
    {"object_add nosuch,id=r1", "Error: Parameter 'qom-type' does not accept value 'nosuch'\r\n",
     true},
    {"object_del r0", "", true},
    {"object_del r0", "Error: object 'r0' not found\r\n", true},
    {"device_add nosuch", "Error: 'nosuch' is not a valid device model name\r\n", true},
    {"device_del nosuch", "Error: Device 'nosuch' not found\r\n", true},
    {"qom-get /machine type", "\"virt-7.2-machine\"\r\n", true},
    {"qom-get /machine nosuch", "Error: Property 'virt-7.2-machine.nosuch' not found\r\n", true},
    {"qom-list /machine/peripheral", "type \\(string\\)\r\n", true},
    {"qom-set /machine nosuch 1", "Error: Property 'virt-7.2-machine.nosuch' not found\r\n", true},
    {"log nosuch", "Error: .*nosuch.*\r\n", false},
    {"log none", "", true},
    {"pmemsave 0 16 saved", "", true},
    {"memsave 0 16 \"saved \\\"too\"", "", true},
    {"watchdog_action nosuch", "Error: .*'nosuch'.*\r\n", false},
    {"system_reset", "", true},
    {"c", "", true},
    {"info status", "VM status: running\r\n", true},
    {"s", "", true},
    {"info status", "VM status: paused\r\n", true},
};

/* What the line prints; NULL with an error. (transfer full) */
static char *run(QmpClient *c, const char *line, Error **errp)
{
    g_autoptr(JsonNode) text = json_new_string(line);
    g_autofree char *quoted = json_write(text, false);
    g_autofree char *args = g_strdup_printf("{\"command-line\": %s}", quoted);
    g_autoptr(JsonNode) answer = qmp_client_execute(c, "human-monitor-command", args, errp);

    return answer ? g_strdup(json_get_string(answer)) : NULL;
}

static QmpClient *start(const char *program)
{
    static const char *const args[] = {"-M",       "virt",
                                       "-cpu",     "cortex-a57",
                                       "-smp",     "2",
                                       "-m",       "128",
                                       "-S",       "-name",
                                       "hmp test", "-nodefaults",
                                       "-chardev", "ringbuf,id=rb,size=64",
                                       "-display", "none",
                                       NULL};
    g_autoptr(GError) err = NULL;
    QmpClient *c = qmp_client_start(program, args, &err);

    if (c && !qmp_client_negotiate(c, &err)) {
        qmp_client_free(c);
        c = NULL;
    }
    tap_ok(c != NULL, err ? err->message : NULL, "%s answers", program);
    return c;
}

int main(void)
{
    const char *peer_path = getenv("PEER");
    g_autoptr(QmpClient) ours = start(getenv("POISE"));
    g_autoptr(QmpClient) peer = peer_path && *peer_path ? start(peer_path) : NULL;

    for (size_t i = 0; ours && i < G_N_ELEMENTS(lines); i++) {
        const Line *l = &lines[i];
        g_autoptr(GError) err = NULL, peer_err = NULL;
        g_autofree char *got = run(ours, l->line, &err);
        g_autofree char *pattern = g_strdup_printf("^(?:%s)\\z", l->output);

        tap_ok(got && g_regex_match_simple(pattern, got, 0, 0), got ? got : err->message, "%s",
               l->line);
        g_autofree char *theirs = peer ? run(peer, l->line, &peer_err) : NULL;
        if (peer && l->same) {
            g_autofree char *both = g_strdup_printf("ours: %s\npeer: %s", got, theirs);

            tap_ok(g_strcmp0(got, theirs) == 0, both, "%s: as the peer prints it", l->line);
        }
    }
    if (ours) {
        g_autofree char *nothing = run(ours, "q", NULL);

        tap_ok(nothing && !*nothing, nothing, "q");
        tap_ok(qmp_client_wait_exit(ours) == 0, NULL, "q ends the process");
    }
    return tap_done();
}
