/* SPDX-License-Identifier: MIT */
/* The only program of a Linux guest with several CPUs: threads that migrate, interrupt each other,
 * change mappings under each other and lock, for seconds=N of the kernel's command line. Each
 * checks what it sees. Prints "ok - what: how often" for each kind and "smp: end", or "not ok -
 * what". */
#include <fcntl.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, PAGES = 256 };
static _Atomic bool stop;
static int cpu_count;

static _Noreturn void power_off(void)
{
    reboot(RB_POWER_OFF);
    for (;;) {
        pause();
    }
}

static void need(bool ok, const char *format, ...)
{
    char text[200];
    va_list args;

    if (ok) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    printf("not ok - %s\n", text);
    power_off();
}

static void pin(int cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    need(sched_setaffinity(0, sizeof(set), &set) == 0, "affinity to CPU %d", cpu);
}

/* ---- migration: the scheduler's IPIs */

static uint64_t migrate(int index)
{
    uint64_t rounds = 0;

    for (int cpu = index; !stop; rounds++) {
        cpu = (cpu + 1) % cpu_count;
        pin(cpu);
        int here = sched_getcpu();
        need(here == cpu, "migration: on CPU %d, not %d", here, cpu);
    }
    return rounds;
}

/* ---- membarrier: an IPI that stands for the barrier the other side does not have */

static _Atomic uint64_t meet_count, left_value, right_value;
static uint64_t left_saw, right_saw;

static void barrier_setup(void)
{
    meet_count = left_value = right_value = 0;
}

/* Both sides are here for the nth time; false when it is over. */
static bool both_here(uint64_t n)
{
    atomic_fetch_add(&meet_count, 1);
    while (atomic_load(&meet_count) < 2 * n) {
        if (stop) {
            return false;
        }
        sched_yield();
    }
    return true;
}

static uint64_t barrier_pair(int index)
{
    uint64_t round = 1, meets = 0;

    pin(index % cpu_count);
    for (; both_here(++meets); round++) {
        if (index == 0) {
            atomic_store_explicit(&left_value, round, memory_order_relaxed);
            atomic_signal_fence(memory_order_seq_cst);
            left_saw = atomic_load_explicit(&right_value, memory_order_relaxed);
        } else {
            atomic_store_explicit(&right_value, round, memory_order_relaxed);
            need(syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) == 0,
                 "membarrier");
            right_saw = atomic_load_explicit(&left_value, memory_order_relaxed);
        }
        if (!both_here(++meets)) {
            break;
        }
        need(left_saw == round || right_saw == round,
             "membarrier: round %llu, but the sides saw %llu and %llu", (unsigned long long)round,
             (unsigned long long)left_saw, (unsigned long long)right_saw);
    }
    return round;
}

/* ---- another page at the same address: nobody sees the one before once mmap() came back */

static uint32_t *volatile remapped;
static _Atomic uint64_t remap_generation;
static int pages_fd;

static void remap_setup(void)
{
    if (remapped) {
        return;
    }
    pages_fd = (int)syscall(SYS_memfd_create, "pages", 0);
    need(pages_fd >= 0 && ftruncate(pages_fd, PAGES * PAGE) == 0, "memfd");
    for (uint32_t i = 0; i < PAGES; i++) {
        need(pwrite(pages_fd, &i, sizeof(i), (off_t)i * PAGE) == sizeof(i), "pwrite");
    }
    remapped = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, pages_fd, 0);
    need(remapped != MAP_FAILED, "mmap");
}

static uint64_t remap(int index)
{
    uint64_t rounds = 0;

    for (; !stop; rounds++) {
        if (index == 0) {
            uint64_t next = atomic_load(&remap_generation) + 1;
            void *p = mmap(remapped, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, pages_fd,
                           (off_t)(next % PAGES * PAGE));
            need(p == remapped, "mmap over a page");
            atomic_store(&remap_generation, next);
        } else {
            uint64_t before = atomic_load(&remap_generation);
            uint32_t v = *(volatile uint32_t *)remapped;
            uint64_t after = atomic_load(&remap_generation);
            /* The next one may be mapped and not be told of yet. */
            need((v - before) % PAGES <= after - before + 1,
                 "remap: page %u between generations %llu and %llu", v, (unsigned long long)before,
                 (unsigned long long)after);
        }
    }
    return rounds;
}

/* ---- a page that loses its write permission: nobody writes to it once mprotect() came back */

static volatile uint32_t *protected_page;
static _Atomic uint64_t protect_generation; /* odd: not writable */
static __thread sigjmp_buf fault_jump;
static __thread volatile sig_atomic_t fault_expected;

static void on_fault(int sig, siginfo_t *info, void *context)
{
    need(fault_expected && info->si_addr == (void *)protected_page, "a fault at %p", info->si_addr);
    siglongjmp(fault_jump, 1);
}

static void protect_setup(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};

    if (protected_page) {
        return;
    }
    sigaction(SIGSEGV, &action, NULL);
    protected_page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    need(protected_page != MAP_FAILED, "mmap");
}

/* True where the store went through. */
static bool try_store(uint32_t v)
{
    if (sigsetjmp(fault_jump, 0)) {
        fault_expected = false;
        return false;
    }
    fault_expected = true;
    *protected_page = v;
    fault_expected = false;
    return true;
}

static uint64_t protect(int index)
{
    uint64_t rounds = 0;

    for (; !stop; rounds++) {
        if (index == 0) {
            need(mprotect((void *)protected_page, PAGE, PROT_READ) == 0, "mprotect");
            atomic_fetch_add(&protect_generation, 1);
            uint32_t v = *protected_page;
            sched_yield();
            need(*protected_page == v, "protect: a page that nobody may write to changed");
            atomic_fetch_add(&protect_generation, 1);
            need(mprotect((void *)protected_page, PAGE, PROT_READ | PROT_WRITE) == 0, "mprotect");
            sched_yield();
        } else {
            uint64_t before = atomic_load(&protect_generation);
            bool stored = try_store((uint32_t)rounds);
            uint64_t after = atomic_load(&protect_generation);
            need(!(stored && before == after && (before & 1)),
                 "protect: a store to a page that was not writable");
        }
    }
    return rounds;
}

/* ---- new memory for each thread: faults and unmapping beside each other */

static uint64_t fresh(int index)
{
    uint64_t rounds = 0;

    for (; !stop; rounds++) {
        size_t pages = 1 + rounds % 37;
        uint64_t *p =
            mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        need(p != MAP_FAILED, "mmap");
        for (size_t i = 0; i < pages; i++) {
            volatile uint64_t *word = p + i * PAGE / 8 + (rounds & 511);
            need(*word == 0, "fresh: new memory is not zero");
            *word = rounds ^ i;
        }
        for (size_t i = 0; i < pages; i++) {
            need(p[i * PAGE / 8 + (rounds & 511)] == (rounds ^ i), "fresh: lost a store");
        }
        need(munmap(p, pages * PAGE) == 0, "munmap");
    }
    return rounds;
}

/* ---- fork while others write: the child's copy stays as it was */

static volatile uint64_t *written;

static void copy_setup(void)
{
    if (written) {
        return;
    }
    written = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    need(written != MAP_FAILED, "mmap");
}

static uint64_t copy_on_write(int index)
{
    uint64_t rounds = 0;

    for (; !stop; rounds++) {
        if (index > 0) {
            written[index] = rounds;
            need(written[index] == rounds, "fork: the parent lost a store");
            continue;
        }
        int status;
        pid_t pid = fork();
        need(pid >= 0, "fork");
        if (pid == 0) {
            uint64_t one = written[1], two = written[2];
            for (int i = 0; i < 20; i++) {
                sched_yield();
            }
            _exit(written[1] == one && written[2] == two ? 42 : 1);
        }
        need(waitpid(pid, &status, 0) == pid && WIFEXITED(status), "fork: the child died");
        need(WEXITSTATUS(status) == 42, "fork: the parent's stores are in the child");
    }
    return rounds;
}

/* ---- locks */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turned = PTHREAD_COND_INITIALIZER;
static uint64_t guarded[2], turn;
static _Atomic uint64_t added;
static _Atomic uint64_t lock_rounds;

static uint64_t locks(int index)
{
    uint64_t rounds = 0;

    for (; !stop; rounds++) {
        pthread_mutex_lock(&mutex);
        need(guarded[0] == guarded[1], "locks: two inside");
        guarded[0]++;
        if (rounds % 16 == 0) {
            sched_yield();
        }
        guarded[1]++;
        pthread_mutex_unlock(&mutex);
        atomic_fetch_add(&added, 1);
    }
    atomic_fetch_add(&lock_rounds, rounds);
    return rounds;
}

/* A futex that wakes the other: the turn goes round. */
static uint64_t turns(int index)
{
    uint64_t rounds = 0;
    struct timespec until;

    pthread_mutex_lock(&mutex);
    for (; !stop; rounds++) {
        while (!stop && turn % 2 != (uint64_t)index) {
            clock_gettime(CLOCK_REALTIME, &until);
            until.tv_sec += 60;
            need(pthread_cond_timedwait(&turned, &mutex, &until) == 0 || stop,
                 "turns: nobody was woken for a minute");
        }
        turn++;
        pthread_cond_broadcast(&turned);
    }
    pthread_cond_broadcast(&turned);
    pthread_mutex_unlock(&mutex);
    return rounds;
}

/* ---- signals between threads */

static _Atomic pid_t target;
static _Atomic uint64_t signals_taken;

static void signals_setup(void)
{
    target = 0;
    signals_taken = 0;
}

static void on_signal(int sig)
{
    atomic_fetch_add(&signals_taken, 1);
}

static uint64_t signals(int index)
{
    uint64_t rounds = 0;

    pin(index % cpu_count);
    if (index == 0) {
        signal(SIGUSR1, on_signal);
        atomic_store(&target, (pid_t)syscall(SYS_gettid));
        while (!stop) {
            rounds++;
        }
        return rounds;
    }
    while (!atomic_load(&target) && !stop) {
        sched_yield();
    }
    for (; !stop; rounds++) {
        need(syscall(SYS_tgkill, getpid(), target, SIGUSR1) == 0, "tgkill");
        while (atomic_load(&signals_taken) == rounds && !stop) {
            sched_yield();
        }
        need(atomic_load(&signals_taken) == rounds + 1 || stop, "signals: one came twice");
    }
    return rounds;
}

/* ---- each kind alone, then all of them */

typedef struct Kind {
    const char *name;
    uint64_t (*run)(int index);
    int threads;
    void (*setup)(void); /* before each start */
} Kind;

static const Kind kinds[] = {
    {"migration", migrate, 2, NULL},
    {"membarrier", barrier_pair, 2, barrier_setup},
    {"remapped page", remap, 3, remap_setup},
    {"write protection", protect, 3, protect_setup},
    {"fresh memory", fresh, 2, NULL},
    {"fork and copies", copy_on_write, 3, copy_setup},
    {"locks", locks, 4, NULL},
    {"turns", turns, 2, NULL},
    {"signals", signals, 2, signals_setup},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]), THREADS = 4 };

static struct {
    pthread_t id;
    uint64_t rounds; /* so far */
} threads[KINDS][THREADS];

static void *thread_main(void *arg)
{
    size_t number = (size_t)arg;

    threads[number / THREADS][number % THREADS].rounds +=
        kinds[number / THREADS].run((int)(number % THREADS));
    return NULL;
}

/* Kinds first to last at the same time. */
static void run_kinds(size_t first, size_t last, double seconds)
{
    struct timespec left = {.tv_sec = (time_t)seconds,
                            .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};

    stop = false;
    for (size_t k = first; k <= last; k++) {
        if (kinds[k].setup) {
            kinds[k].setup();
        }
        for (size_t i = 0; i < (size_t)kinds[k].threads; i++) {
            need(pthread_create(&threads[k][i].id, NULL, thread_main, (void *)(k * THREADS + i)) ==
                     0,
                 "pthread_create");
        }
    }
    while (nanosleep(&left, &left) != 0) {
    }
    stop = true;
    for (size_t k = first; k <= last; k++) {
        for (int i = 0; i < kinds[k].threads; i++) {
            pthread_join(threads[k][i].id, NULL);
        }
    }
    need(guarded[0] == guarded[1] && guarded[0] == lock_rounds && added == lock_rounds,
         "locks: additions were lost");
}

static void report(void)
{
    for (size_t k = 0; k < KINDS; k++) {
        uint64_t least = UINT64_MAX;
        for (int i = 0; i < kinds[k].threads; i++) {
            least = threads[k][i].rounds < least ? threads[k][i].rounds : least;
        }
        need(least > 1, "%s: a thread did nothing", kinds[k].name);
        printf("ok - %s: %llu rounds\n", kinds[k].name, (unsigned long long)least);
    }
}

int main(void)
{
    const char *text = getenv("seconds");
    double seconds = text ? atof(text) : 10;

    mount("devtmpfs", "/dev", "devtmpfs", 0, "");
    dup2(open("/dev/console", O_RDWR), 1);
    setvbuf(stdout, NULL, _IONBF, 0);
    mount("proc", "/proc", "proc", 0, "");
    cpu_count = (int)sysconf(_SC_NPROCESSORS_ONLN);
    printf("smp: %d CPUs, %g s\n", cpu_count, seconds);
    need(syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0,
         "membarrier registration");
    for (size_t k = 0; k < KINDS; k++) {
        run_kinds(k, k, seconds / 2 / KINDS);
    }
    run_kinds(0, KINDS - 1, seconds / 2);
    report();
    printf("smp: end\n");
    power_off();
}
