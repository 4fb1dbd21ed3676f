/* SPDX-License-Identifier: MIT */
/* Direct boot on virt: kernel, initrd and device tree in RAM, the first CPU at the kernel's entry
 * (Linux's booting protocol for arm64), or at the firmware in flash. */
#include "hw/arm/virt.h"

#include "hw/block/pflash-cfi01.h"
#include "hw/core/semihosting.h"
#include "hw/nvram/fw-cfg.h"
#include "hw/smbios/smbios.h"
#include "softmmu/configuration.h"
#include "softmmu/run-state.h"

#define DTB_ALIGN      (2 * MiB)
#define INITRD_AT_MOST (128 * MiB) /* from the start of RAM, so that small kernels see it early */

static bool has_firmware(const VirtMachine *s)
{
    return s->parent.firmware || s->parent.pflash[0] || s->pflash_node[0];
}

/* With firmware in flash the CPU starts there, and fw_cfg hands the kernel to the firmware. */
static bool boots_kernel(const VirtMachine *s)
{
    return s->parent.kernel && !has_firmware(s);
}

static hwaddr ram_end(const Machine *m)
{
    return VIRT_RAM_BASE + m->ram.size;
}

static bool load_initrd(VirtMachine *s, Error **errp) REQUIRES(vm_lock)
{
    Machine *m = &s->parent;
    hwaddr start = VIRT_RAM_BASE + MIN(m->ram.size / 2, INITRD_AT_MOST);
    uint64_t size;

    start = align_up(MAX(start, s->kernel.end), GUEST_PAGE_SIZE);
    if (start >= ram_end(m)) {
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "could not load initrd '%s': no room after the kernel", m->initrd);
    }
    if (!loader_map_file(&m->ram, start - VIRT_RAM_BASE, "initrd", m->initrd, ram_end(m) - start,
                         &size, errp)) {
        return false;
    }
    s->initrd_start = start;
    s->initrd_end = start + size;
    return true;
}

/* -bios is in the first flash after every reset, and in no image. */
static bool load_firmware(VirtMachine *s, Error **errp) REQUIRES(vm_lock)
{
    g_autofree char *path = loader_find_firmware(s->parent.firmware);
    uint64_t size;

    if (!path) {
        return error_set_code(errp, ERROR_CODE_NOT_FOUND, "Could not find ROM image '%s'",
                              s->parent.firmware);
    }
    return loader_map_file(pflash_cfi01_array(s->flash[0]), 0, "firmware", path, VIRT_FLASH_SIZE,
                           &size, errp);
}

bool virt_load(Machine *m, Error **errp)
{
    VirtMachine *s = (VirtMachine *)m;

    if (m->firmware && !load_firmware(s, errp)) {
        return false;
    }
    if (!boots_kernel(s)) {
        return true;
    }
    return loader_load_arm64_kernel(&m->ram, VIRT_RAM_BASE, m->kernel, &s->kernel, errp) &&
           (!m->initrd || load_initrd(s, errp));
}

/* A tree of the user's: only what describes the images is set in it. */
static FdtBuilder *load_dtb(VirtMachine *s, Error **errp)
{
    FdtBuilder *fdt = fdt_builder_load(s->parent.dtb, errp);

    if (!fdt) {
        return NULL;
    }
    if (!fdt_has_node(fdt, "/chosen")) {
        fdt_node(fdt, "/chosen");
    }
    if (s->parent.append) {
        fdt_prop_str(fdt, "/chosen", "bootargs", s->parent.append);
    }
    if (s->initrd_end) {
        fdt_prop_u64(fdt, "/chosen", "linux,initrd-start", s->initrd_start);
        fdt_prop_u64(fdt, "/chosen", "linux,initrd-end", s->initrd_end);
    }
    return fdt;
}

/* After the images for a kernel of Linux's protocol, at the start of RAM for anything else; an
 * ELF file that lies there pushes it behind itself. */
static hwaddr dtb_address(const VirtMachine *s, uint64_t size)
{
    if (!s->kernel.end || (s->kernel.is_elf && s->kernel.start >= VIRT_RAM_BASE + size)) {
        return VIRT_RAM_BASE;
    }
    hwaddr at = VIRT_RAM_BASE + MIN(s->parent.ram.size / 2, INITRD_AT_MOST);

    return align_up(MAX(MAX(at, s->kernel.end), s->initrd_end), DTB_ALIGN);
}

static bool write_dtb(const char *path, GBytes *dtb, Error **errp)
{
    gsize len;
    const char *data = g_bytes_get_data(dtb, &len);
    g_autoptr(GError) err = NULL;

    if (!g_file_set_contents(path, data, (gssize)len, &err)) {
        return error_set_code(errp, ERROR_CODE_HOST_FAILURE, "dumpdtb=%s: %s", path, err->message);
    }
    info_report("dtb dumped to %s. Exiting.", path);
    return true;
}

/* ---- where CPUs start */

/* A kernel of Linux's protocol is entered as by firmware, in the highest Non-secure level; anything
 * else finds what reset leaves. */
static bool boots_linux(const VirtMachine *s)
{
    return boots_kernel(s) && !s->kernel.is_elf;
}

/* PSCI is what firmware does above the level that CPUs start in: where they start in the level that
 * would answer its calls, the guest brings its own. */
static ArmPsciConduit choose_conduit(const VirtMachine *s)
{
    if (s->secure && !boots_linux(s)) {
        return ARM_PSCI_NONE;
    }
    return s->virtualization ? ARM_PSCI_SMC : ARM_PSCI_HVC;
}

/* CPUs other than the first wait for PSCI to start them, where it is there. */
static void set_start(VirtMachine *s, hwaddr dtb)
{
    for (int i = 0; i < s->parent.smp_cpus; i++) {
        ArmCpu *cpu = virt_cpu(s, i);

        cpu->psci_conduit = s->conduit;
        cpu->start_powered_off = i > 0 && s->conduit != ARM_PSCI_NONE;
        if (boots_kernel(s) && s->kernel.is_elf) {
            cpu->rvbar = s->kernel.entry;
        }
    }
    if (s->secure) {
        object_set_bool(OBJECT(s->gic), "irq-reset-nonsecure", boots_linux(s), NULL);
    }
    if (boots_linux(s)) {
        virt_cpu(s, 0)->boot_pc = s->kernel.entry;
        virt_cpu(s, 0)->boot_x0 = dtb;
    }
}

static void add_smbios(const VirtMachine *s)
{
    const MachineConfig *c = config->machine;
    SmbiosIdentity id = {"QEMU", "QEMU Virtual Machine", MACHINE_GET_CLASS(s)->name,
                         c->identity->uuid};
    g_autoptr(GBytes) tables = smbios_tables(&s->parent, c->smbios, &id);
    g_autoptr(GBytes) anchor = smbios_anchor(tables);

    fw_cfg_add_file(s->fw_cfg, "etc/smbios/smbios-anchor", anchor);
    fw_cfg_add_file(s->fw_cfg, "etc/smbios/smbios-tables", tables);
}

/* Where the images end, up to the end of RAM. */
static void set_semihosting_heap(const VirtMachine *s, hwaddr dtb, uint64_t dtb_size)
{
    hwaddr end = MAX(MAX(s->kernel.end, s->initrd_end), dtb + dtb_size);

    semihosting_set_heap(align_up(end, GUEST_PAGE_SIZE), ram_end(&s->parent));
}

bool virt_done(Machine *m, Error **errp)
{
    VirtMachine *s = (VirtMachine *)m;
    FdtBuilder *fdt;

    s->conduit = choose_conduit(s);
    fdt = m->dtb ? load_dtb(s, errp) : virt_fdt_build(s);
    if (!fdt) {
        return false;
    }
    g_autoptr(GBytes) dtb = fdt_builder_finish(fdt);
    fdt_builder_free(fdt);
    if (m->dumpdtb) {
        /* That is all this process was started for. */
        vm_request_shutdown(SHUTDOWN_CAUSE_HOST_UI);
        return write_dtb(m->dumpdtb, dtb, errp);
    }
    hwaddr at = dtb_address(s, g_bytes_get_size(dtb));
    if (at >= ram_end(m) || g_bytes_get_size(dtb) > ram_end(m) - at) {
        return error_set_code(errp, ERROR_CODE_LIMIT_EXCEEDED,
                              "no room for the device tree in %" PRIu64 " MiB of memory",
                              m->ram.size / MiB);
    }
    loader_add_blob(&address_space_memory, at, "dtb", dtb);
    set_semihosting_heap(s, at, g_bytes_get_size(dtb));
    fw_cfg_add_machine(s->fw_cfg, m, has_firmware(s));
    virt_acpi_add(s);
    add_smbios(s);
    set_start(s, at);
    return loader_check_overlaps(errp);
}
