/* SPDX-License-Identifier: MIT */
/* Random command lines: each ends by itself with status 0 to 3, says in one line what is wrong, and
 * leaves nothing behind. POISE names the program, COMMAND_LINES says how many, SEED (1) which. */
#include "tests/lib/run.h"
#include "tests/lib/tap.h"
#include "util/json.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_OPTIONS = 12, LIMIT_S = 20, STATUS_ENDED = -1, STATUS_NOT_STARTED = -2 };

static GRand *rnd;
static GPtrArray *options; /* of char *, from -help: "-name", or "-name ARG" */

static guint below(guint n)
{
    return (guint)g_rand_int_range(rnd, 0, (gint32)n);
}

/* ---- values */

/* What options take, right and wrong; "-x" is whose it is. Sizes that a start would really use stay
 * small, and nothing waits for somebody. */
static const char *const values[] = {
    "-machine",
    "none",
    "virt",
    "virt,gic-version=3",
    "virt,gic-version=2,dtb-randomness=off",
    "type=virt,accel=tcg",
    "virt,accel=kvm:tcg",
    "virt,memory-backend=m0",
    "help",
    "virt,help",
    "virt,usb=on",
    "virt,acpi=auto",
    "nosuch",
    "virt,kernel=file",
    "{\"type\":\"virt\"}",
    "",
    "-accel",
    "tcg",
    "kvm",
    "qtest",
    "tcg,thread=single",
    "accel=tcg",
    "help",
    "nosuch,x=1",
    "",
    "-cpu",
    "max",
    "cortex-a57",
    "cortex-a72,pmu=off",
    "max,+pmu",
    "max,-pmu,cntfrq=0",
    "max,cntfrq=99999999999999999999",
    "host",
    "help",
    "max,help",
    ",",
    "",
    "-smp",
    "1",
    "2",
    "8",
    "0",
    "-1",
    "9223372036854775807",
    "cpus=2,cores=2",
    "4,sockets=3",
    "cpus=1,maxcpus=8",
    "2,threads=x",
    "",
    "-m",
    "64",
    "64M",
    "size=64M",
    "0",
    "-1",
    "1.5G",
    "64,slots=0",
    "64,maxmem=64M",
    "64,slots=9",
    "18446744073709551616",
    "x",
    "",
    "-kernel",
    "file",
    "nosuch",
    "dir",
    "",
    "-initrd",
    "file",
    "nosuch",
    "",
    "-append",
    "console=ttyAMA0",
    "",
    "a,b=c",
    "-dtb",
    "file",
    "nosuch",
    "",
    "-bios",
    "file",
    "nosuch",
    "dir",
    "-pflash",
    "file",
    "nosuch",
    "-boot",
    "order=a",
    "menu=on,strict=off",
    "strict=maybe",
    "cd",
    "help",
    "",
    "-rtc",
    "base=utc",
    "base=localtime,clock=vm",
    "2020-01-01",
    "base=99",
    "clock=x",
    "",
    "-name",
    "guest=g",
    "g,process=p",
    "guest=g,debug-threads=on",
    "name=x",
    ",",
    "",
    "-uuid",
    "12345678-1234-1234-1234-123456789abc",
    "x",
    "",
    "-device",
    "pl011",
    "nosuch,id=x",
    "pl011,help",
    "help",
    "{\"driver\":\"nosuch\"}",
    "id=x",
    "driver=cfi.pflash01,size=4k",
    "",
    "-object",
    "memory-backend-ram,id=m0,size=64M",
    "memory-backend-ram,id=m1,size=0",
    "memory-backend-memfd,id=m0,size=64M,seal=off",
    "memory-backend-file,id=m0,size=64M,mem-path=ram",
    "secret,id=s,data=x",
    "secret,id=s,file=file",
    "secret,id=s,data=x,format=base64",
    "secret,id=e,data=x,keyid=s",
    "iothread,id=i,poll-max-ns=-1",
    "rng-builtin,id=r",
    "rng-random,id=r,filename=nosuch",
    "authz-list,id=a,policy=deny",
    "authz-list-file,id=a,filename=file",
    "{\"qom-type\":\"iothread\",\"id\":\"i\"}",
    "{\"qom-type\":5}",
    "{",
    "help",
    "iothread,help",
    "iothread",
    "nosuch,id=x",
    "",
    "-global",
    "pl011.foo=1",
    "arm-cpu.cntfrq=1000",
    "driver=x,property=y,value=z",
    "x",
    ".=",
    "",
    "-set",
    "object.s.data=y",
    "device.x.y=z",
    "a.b.c",
    "object.i.poll-max-ns=5",
    "=",
    "",
    "-chardev",
    "null,id=c0",
    "ringbuf,id=c0,size=64",
    "ringbuf,id=c1,size=63",
    "file,id=c0,path=out",
    "pty,id=c0",
    "socket,id=c0,path=sock,server=on,wait=off",
    "socket,id=c1,path=nosuch",
    "socket,id=c2,fd=77",
    "stdio,id=c0",
    "nosuch,id=c0",
    "null",
    "help",
    "null,id=c0,mux=on",
    "null,id=c0,logfile=clog",
    "memory,id=c0",
    "pipe,id=c0,path=nosuch",
    "",
    "-serial",
    "null",
    "none",
    "file:sout",
    "chardev:c0",
    "unix:ssock,server=on,wait=off",
    "vc",
    "mon:null",
    "",
    "-mon",
    "c0",
    "chardev=c0,mode=control",
    "c0,mode=x",
    "c0,mode=control,role=observer",
    "c0,mode=control,pretty=on",
    "",
    "-qmp",
    "null",
    "unix:qsock,server=on,wait=off",
    "chardev:c0",
    "nosuch",
    "",
    "-qmp-pretty",
    "null",
    "file:qout",
    "-monitor",
    "none",
    "null",
    "chardev:c0",
    "",
    "-add-fd",
    "fd=0,set=1",
    "fd=77,set=1",
    "fd=3,set=-1",
    "set=1",
    "",
    "-display",
    "none",
    "gtk",
    "-net",
    "none",
    "nic",
    "-nic",
    "none",
    "-vga",
    "none",
    "std",
    "-audiodev",
    "none,id=a",
    "id=a",
    "sdl,id=a",
    "",
    "-action",
    "reboot=shutdown",
    "panic=pause,shutdown=pause",
    "x=y",
    "panic=x",
    "",
    "-watchdog-action",
    "none",
    "pause",
    "x",
    "-overcommit",
    "mem-lock=off",
    "cpu-pm=on",
    "mem-lock=x",
    "",
    "-sandbox",
    "on",
    "off",
    "on,spawn=deny,obsolete=deny",
    "on,elevateprivileges=children",
    "on,spawn=children",
    "on,resourcecontrol=deny",
    "x",
    "",
    "-pidfile",
    "pid",
    "nosuch/pid",
    "-runas",
    "nobody",
    "no such",
    "1:2",
    "-chroot",
    ".",
    "nosuch",
    "-msg",
    "timestamp=on",
    "guest-name=on",
    "timestamp=off,guest-name=on",
    "x",
    "",
    "-d",
    "guest_errors",
    "unimp,int",
    "none",
    "help",
    "nosuch",
    "cpu_reset,mmu",
    "",
    "-D",
    "log",
    "nosuch/log",
    "-audit",
    "journal",
    "nosuch/journal",
    "-trace",
    "*",
    "nosuch",
    "enable=qmp_*",
    "file=tlog",
    "events=file",
    "help",
    "",
    "-qtest",
    "null",
    "nosuch",
    "-qtest-log",
    "qlog",
    "nosuch/x",
    "-readconfig",
    "ini",
    "file",
    "nosuch",
    "dir",
    "-config",
    "json",
    "file",
    "nosuch",
    "-drive",
    "file=x",
    "-netdev",
    "user,id=n",
    "-incoming",
    "defer",
};

/* One of those of this option. */
static const char *value_of(const char *option)
{
    GPtrArray *found = g_ptr_array_new();
    bool mine = false;
    const char *v = "";

    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        if (values[i][0] == '-' && g_ascii_isalpha(values[i][1])) {
            mine = strcmp(values[i], option) == 0;
        } else if (mine) {
            g_ptr_array_add(found, (gpointer)values[i]);
        }
    }
    if (found->len) {
        v = found->pdata[below(found->len)];
    }
    g_ptr_array_unref(found);
    return v;
}

/* A byte changed, dropped or doubled; a part repeated. */
static char *mutate(const char *text)
{
    static const char bytes[] = ",=.:\"'{}[]%/-+ \t\n\\0129azAZ\x7f\xc3\xff";
    GString *s = g_string_new(text);
    gsize at = s->len ? below((guint)s->len) : 0;

    switch (below(4)) {
    case 0:
        g_string_insert_c(s, (gssize)at, bytes[below(sizeof(bytes) - 1)]);
        break;
    case 1:
        g_string_truncate(s, at);
        break;
    case 2:
        if (s->len) {
            s->str[at] = bytes[below(sizeof(bytes) - 1)];
        }
        break;
    default:
        g_string_append(s, text + at);
        break;
    }
    return g_string_free(s, FALSE);
}

/* Only looked at, never acted upon: anything goes. */
static char *any_value(const char *option)
{
    guint kind = below(10);
    const char *other = values[below(G_N_ELEMENTS(values))];

    return kind < 5   ? g_strdup(value_of(option))
           : kind < 8 ? mutate(value_of(option))
                      : mutate(other);
}

/* ---- command lines */

typedef struct Line {
    GPtrArray *argv; /* of char *, owned */
    bool is_acted_upon;
    bool changes_identity; /* -runas, -chroot: what it made may be out of its reach */
    bool is_confined;      /* -sandbox, -chroot: a leak checker cannot work in it */
} Line;

static void add_random_option(Line *line)
{
    const char *form = options->pdata[below(options->len)];
    size_t len = strcspn(form, " ");
    g_autofree char *name = g_strndup(form, len);

    if (strcmp(name, "-daemonize") == 0) {
        return; /* would outlive its parent */
    }
    line->is_confined |= strcmp(name, "-sandbox") == 0 || strcmp(name, "-chroot") == 0;
    line->changes_identity |= strcmp(name, "-runas") == 0 || strcmp(name, "-chroot") == 0;
    g_ptr_array_add(line->argv, g_strconcat(below(8) ? "" : "-", name, NULL));
    if (form[len]) {
        g_ptr_array_add(line->argv,
                        line->is_acted_upon ? g_strdup(value_of(name)) : any_value(name));
    }
}

static void add(Line *line, const char *word)
{
    g_ptr_array_add(line->argv, g_strdup(word));
}

static Line make_line(const char *program)
{
    Line line = {.argv = g_ptr_array_new_with_free_func(g_free), .is_acted_upon = below(3) == 0};

    add(&line, program);
    if (below(4)) {
        add(&line, "-M");
        add(&line, below(2) ? "none" : "virt");
    }
    for (guint n = below(MAX_OPTIONS); n; n--) {
        add_random_option(&line);
    }
    if (line.is_acted_upon) {
        add(&line, "-chardev");
        add(&line, "stdio,id=end");
        add(&line, "-mon");
        add(&line, "end,mode=control");
    } else {
        add(&line, below(3) ? "-dry-run" : "-explain");
    }
    g_ptr_array_add(line.argv, NULL);
    return line;
}

/* ---- running */

/* The exit status, 128 and a signal, or STATUS_ENDED: by us. */
static int wait_for(pid_t pid)
{
    const struct timespec limit = {.tv_sec = LIMIT_S};
    sigset_t set;
    int status;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (sigtimedwait(&set, NULL, &limit) < 0 && errno == EAGAIN) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            return STATUS_ENDED;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

typedef struct Place {
    char *base, *cwd; /* files of the test; the program's directory */
    char *in, *out, *err;
} Place;

static int run_line(const Place *p, const Line *line)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none;
    pid_t pid;

    sigemptyset(&none);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, p->in, O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, p->out, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&files, 2, p->err, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addchdir_np(&files, p->cwd);
    g_auto(GStrv) env = g_get_environ();
    if (line->is_confined && line->is_acted_upon) {
        env = g_environ_setenv(env, "ASAN_OPTIONS", "detect_leaks=0", TRUE);
    }
    int rc =
        posix_spawn(&pid, line->argv->pdata[0], &files, &attr, (char **)line->argv->pdata, env);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    errno = rc;
    return rc ? STATUS_NOT_STARTED : wait_for(pid);
}

/* ---- what came of it */

/* Lines that the program calls errors; those on accelerators that were tried in turn are one. */
static unsigned count_errors(const char *text)
{
    static const char name[] = "poise-system-aarch64: ";
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    unsigned n = 0, accels = 0;

    for (char **l = lines; *l; l++) {
        const char *said = strstr(*l, name);

        said = said ? said + strlen(name) : "";
        if (g_str_has_prefix(said, "-accel ")) {
            accels = 1;
        } else {
            n += *said && !g_str_has_prefix(said, "warning: ") &&
                 !g_str_has_prefix(said, "falling back");
        }
    }
    return n ? n : accels;
}

static bool is_report(const char *text)
{
    g_autoptr(JsonNode) node = json_parse(text, -1, NULL);
    JsonArray *a = node && json_kind(node) == JSON_KIND_ARRAY ? json_node_get_array(node) : NULL;

    for (guint i = 0; a && i < json_array_get_length(a); i++) {
        JsonObject *o = json_array_get_object_element(a, i);
        const char *message = json_object_get_string_member_with_default(o, "message", "");
        const char *code = json_object_get_string_member_with_default(o, "code", "");

        if (!*message || !*code || !json_object_has_member(o, "pointer")) {
            return false;
        }
    }
    return a && json_array_get_length(a);
}

/* Sockets and pid files go with the process. */
static const char *left_behind(const char *cwd)
{
    static const char *const names[] = {"pid", "sock", "ssock", "qsock"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(cwd, names[i], NULL);
        struct stat st;

        if (lstat(path, &st) == 0) {
            return names[i];
        }
    }
    return NULL;
}

/* NULL: all is well. */
static const char *judge(const Place *p, const Line *line, int status, const char *out,
                         const char *err)
{
    if (status < 0) {
        return status == STATUS_ENDED ? "it does not end" : g_strerror(errno);
    }
    if (status > 3) {
        return "it ends in an unexpected way";
    }
    if (status == 1 && count_errors(err) != 1) {
        return "it does not say in one line what is wrong";
    }
    if (status == 2 && !is_report(out)) {
        return "it prints no report";
    }
    if (status == 3 && !strstr(err, "recognised, but not supported")) {
        return "it does not say what is not supported";
    }
    if (!line->changes_identity && left_behind(p->cwd)) {
        return "it leaves something behind";
    }
    return !line->is_acted_upon && run_count_files(p->cwd) > 4 ? "it writes files" : NULL;
}

/* ---- the place */

static void write_file(const char *dir, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* The four things that options name: file, dir, ini, json. */
static void furnish(const char *cwd)
{
    g_autofree char *sub = g_build_filename(cwd, "dir", NULL);

    g_assert_true(mkdir(cwd, 0777) == 0 && mkdir(sub, 0777) == 0 && chmod(cwd, 0777) == 0);
    write_file(cwd, "file", "some bytes\n");
    write_file(cwd, "ini", "[machine]\n type = \"virt\"\n[memory]\n size = \"64M\"\n");
    write_file(cwd, "json", "{\"machine\": {\"type\": \"virt\", \"smp\": {\"cpus\": 2}}}");
}

static char *quoted(const Line *line)
{
    GString *s = g_string_new(NULL);

    for (guint i = 1; line->argv->pdata[i]; i++) {
        g_autofree char *word = g_shell_quote(line->argv->pdata[i]);

        g_string_append_printf(s, " %s", word);
    }
    return g_string_free(s, FALSE);
}

static bool try_line(const Place *p, const char *program, unsigned *statuses)
{
    Line line = make_line(program);
    int status = run_line(p, &line);
    g_autofree char *out = NULL, *err = NULL;

    g_file_get_contents(p->out, &out, NULL, NULL);
    g_file_get_contents(p->err, &err, NULL, NULL);
    const char *complaint = judge(p, &line, status, out ? out : "", err ? err : "");
    if (complaint) {
        g_autofree char *text = quoted(&line);
        g_autofree char *detail =
            g_strdup_printf("status %d:%s\n%.600s\n%.200s", status, text, err, out);

        tap_ok(false, detail, "%s", complaint);
    } else {
        statuses[status]++;
    }
    if (line.is_acted_upon || complaint) {
        run_remove_dir(g_strdup(p->cwd));
        furnish(p->cwd);
    }
    g_ptr_array_unref(line.argv);
    return !complaint;
}

/* "-name, -alias ARG" at the start of a line. */
static void read_options(const char *help)
{
    g_auto(GStrv) lines = g_strsplit(help, "\n", -1);

    options = g_ptr_array_new_with_free_func(g_free);
    for (char **l = lines; *l; l++) {
        size_t len = strcspn(*l, ", ");

        if (**l == '-') {
            const char *rest = *l + strcspn(*l, " ");

            rest = g_str_has_prefix(rest, " -") ? rest + 1 + strcspn(rest + 1, " ") : rest;
            g_ptr_array_add(options, g_strdup_printf("%.*s%s", (int)len, *l, rest));
        }
    }
    g_ptr_array_add(options, g_strdup("-drive ARG"));
    g_ptr_array_add(options, g_strdup("-netdev ARG"));
    g_ptr_array_add(options, g_strdup("-nosuch"));
}

static unsigned number(const char *name, unsigned otherwise)
{
    return g_getenv(name) ? (unsigned)strtoul(g_getenv(name), NULL, 10) : otherwise;
}

int main(void)
{
    const char *const help[] = {"-help", NULL};
    const char *env = g_getenv("POISE") ? g_getenv("POISE") : "./poise-system-aarch64";
    g_autofree char *program = g_canonicalize_filename(env, NULL);
    unsigned lines = number("COMMAND_LINES", 3000), good = 0, statuses[4] = {0};
    Place p = {.base = run_make_dir()};
    sigset_t set;

    rnd = g_rand_new_with_seed(number("SEED", 1));
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    p.cwd = g_build_filename(p.base, "cwd", NULL);
    p.in = g_build_filename(p.base, "in", NULL);
    p.out = g_build_filename(p.base, "out", NULL);
    p.err = g_build_filename(p.base, "err", NULL);
    (void)chmod(p.base, 0755);
    write_file(p.base, "in", "{'execute':'qmp_capabilities'}\n{'execute':'quit'}\n");
    furnish(p.cwd);
    g_auto(RunResult) r = run_program(p.base, program, help);
    read_options(r.out);
    for (unsigned i = 0; i < lines; i++) {
        good += try_line(&p, program, statuses);
    }
    tap_ok(good == lines && options->len > 50, NULL,
           "%u random command lines: status 0 %u, 1 %u, 2 %u, 3 %u", lines, statuses[0],
           statuses[1], statuses[2], statuses[3]);
    run_remove_dir(p.base);
    g_free(p.cwd);
    g_free(p.in);
    g_free(p.out);
    g_free(p.err);
    g_ptr_array_unref(options);
    g_rand_free(rnd);
    return tap_done();
}
