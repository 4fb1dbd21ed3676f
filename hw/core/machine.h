/* SPDX-License-Identifier: MIT */
/* Machines: the object at /machine, made from the configuration; boards are its subclasses. */
#ifndef HW_CORE_MACHINE_H
#define HW_CORE_MACHINE_H

#include "hw/core/device.h"
#include "hw/core/numa.h"

#define TYPE_MACHINE         "machine"
#define MACHINE_CLASS_SUFFIX "-machine" /* "virt-7.2-machine", "none-machine" */

typedef struct Machine Machine;
typedef struct MachineClass MachineClass;

struct MachineClass {
    ObjectClass parent;
    const char *name;  /* "virt-7.2" */
    const char *alias; /* "virt"; NULL: none */
    const char *desc;
    const char *target;                 /* "aarch64"; NULL: every target */
    int max_cpus, default_cpus;         /* vCPUs; 0: none */
    uint64_t default_ram_size;          /* bytes */
    const char *default_ram_id;         /* name of the RAM block; NULL: the board has no RAM */
    const char *default_cpu_type;       /* QOM type; NULL: no CPU unless -cpu */
    const char *const *valid_cpu_types; /* NULL-terminated; NULL: any */
    int n_serials;                      /* UARTs that -serial can connect, at most */
    /* How many of them there are with the machine's properties. NULL: all. */
    int (*count_serials)(const Machine *m);
    bool has_numa; /* -numa can divide it */
    /* What init would refuse, as far as the machine's properties tell; changes nothing that can be
     * seen. NULL: nothing. */
    bool (*check)(Machine *m, Error **errp);
    /* The board: everything except what -device adds. */
    bool (*init)(Machine *m, Error **errp) /* REQUIRES(vm_lock) */;
    /* Kernel, initrd and firmware images into place. */
    bool (*load)(Machine *m, Error **errp) /* REQUIRES(vm_lock) */;
    /* After -device devices exist: device tree and firmware tables final. */
    bool (*done)(Machine *m, Error **errp) /* REQUIRES(vm_lock) */;
};
#define MACHINE(obj)           OBJECT_CHECK(Machine, obj, TYPE_MACHINE)
#define MACHINE_GET_CLASS(obj) OBJECT_GET_CLASS(MachineClass, obj)
#define MACHINE_CLASS(klass)   OBJECT_CLASS_CHECK(MachineClass, klass, TYPE_MACHINE)

/* UARTs that -serial can connect. */
int machine_n_serials(const Machine *m);

struct Machine {
    Object parent;
    uint64_t ram_size;  /* bytes */
    MemoryRegion ram;   /* by machine_init_ram() when the class has a default_ram_id */
    char *ram_backend;  /* id of the object that -machine memory-backend names; NULL: none */
    Object *ram_object; /* the same, once it is in use */
    bool mem_merge, dump_guest_core;
    int smp_cpus; /* at start */
    int smp_max_cpus;
    /* Topology: how many of each in the next one; vCPU indices run through the innermost first. */
    int smp_clusters, smp_cores, smp_threads;
    Numa *numa;               /* NULL: memory and vCPUs are all alike */
    char *cpu_type;           /* QOM type name, NULL: none */
    JsonObject *cpu_features; /* of -cpu model,name=value; NULL: none */
    char *kernel;             /* paths; NULL: not given */
    char *initrd;
    char *append;
    char *dtb;
    char *dumpdtb;
    char *firmware;     /* -bios */
    char *pflash[2];    /* image files of the two flashes; NULL: empty */
    Object *serials[4]; /* chardevs of -serial; NULL: none */
};

/* The machine, NULL before it is made. */
extern Machine *current_machine;
/* Class by name or alias for the target; NULL when there is none. */
const Type *machine_find(const char *name, const char *target);
/* CPU model name ("cortex-a57") to QOM type: NULL when the target has no such model. */
const Type *cpu_type_find(const char *model, const char *target);
bool machine_serves_target(const MachineClass *mc, const char *target);
/* CPU types of a target, sorted. (transfer container) */
GPtrArray *cpu_type_list(const char *target);
char *cpu_model_name(const Type *type, const char *target); /* (transfer full) */
/* The machine's RAM, of the memory backend that was named or else its own. bytes: what -m says; 0:
 * not given, the backend's size or the class's default. */
bool machine_init_ram(Machine *m, uint64_t bytes, Error **errp) REQUIRES(vm_lock);
/* Where a vCPU sits. (transfer full) */
CpuInstanceProperties *machine_cpu_topology(const Machine *m, int index);
/* For boards: a CPU of the machine's type with -cpu's features set, not realized.
 * (transfer full) */
Device *machine_cpu_new(Machine *m, Error **errp);

/* What -machine help, -cpu help and -machine NAME,help print. */
void machine_print_help(const char *target);
void cpu_print_help(const char *target);
void type_print_properties(const Type *type, const char *label);

#endif
