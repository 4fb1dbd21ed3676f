/* SPDX-License-Identifier: MIT */
/* The only program of a kernel that runs at EL2: makes a virtual machine with KVM, runs guest.S in
 * it and says "guest: done" when that has had its interrupts. gic=2 or gic=3 on the kernel's
 * command line is the version of the virtual interrupt controller. */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

extern const char guest[], guest_end[];
__asm__(".section .rodata\n"
        ".global guest, guest_end\n"
        "guest: .incbin \"guest.bin\"\n"
        "guest_end:\n"
        ".text\n");

enum { RAM = 0x40000000, RAM_SIZE = 0x200000, DONE = 0x10000000 };
static int vm, cpu;

static void need(int result, const char *what)
{
    if (result < 0) {
        perror(what);
        printf("guest: failed\n");
        reboot(RB_POWER_OFF);
    }
}

static void make_machine(int kvm)
{
    void *ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct kvm_userspace_memory_region region = {
        .guest_phys_addr = RAM, .memory_size = RAM_SIZE, .userspace_addr = (uintptr_t)ram};
    struct kvm_vcpu_init init;

    memcpy(ram, guest, (size_t)(guest_end - guest));
    need(vm = ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
    need(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region), "memory");
    need(cpu = ioctl(vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
    need(ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init), "target");
    need(ioctl(cpu, KVM_ARM_VCPU_INIT, &init), "KVM_ARM_VCPU_INIT");
}

static void set_attr(int fd, uint32_t group, uint64_t attr, uint64_t value)
{
    struct kvm_device_attr a = {.group = group, .attr = attr, .addr = (uintptr_t)&value};

    need(ioctl(fd, KVM_SET_DEVICE_ATTR, &a), "KVM_SET_DEVICE_ATTR");
}

static void make_gic(int version)
{
    bool two = version == 2;
    struct kvm_create_device dev = {.type =
                                        two ? KVM_DEV_TYPE_ARM_VGIC_V2 : KVM_DEV_TYPE_ARM_VGIC_V3};
    const uint32_t place = KVM_DEV_ARM_VGIC_GRP_ADDR;

    need(ioctl(vm, KVM_CREATE_DEVICE, &dev), "KVM_CREATE_DEVICE");
    set_attr((int)dev.fd, place, two ? KVM_VGIC_V2_ADDR_TYPE_DIST : KVM_VGIC_V3_ADDR_TYPE_DIST,
             0x08000000);
    set_attr((int)dev.fd, place, two ? KVM_VGIC_V2_ADDR_TYPE_CPU : KVM_VGIC_V3_ADDR_TYPE_REDIST,
             two ? 0x08010000 : 0x080a0000);
    set_attr((int)dev.fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, 0);
}

static void set_register(uint64_t id, uint64_t value)
{
    struct kvm_one_reg reg = {.id = KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | id,
                              .addr = (uintptr_t)&value};

    need(ioctl(cpu, KVM_SET_ONE_REG, &reg), "KVM_SET_ONE_REG");
}

int main(void)
{
    const char *gic = getenv("gic");
    struct kvm_run *run;
    int kvm, size;

    mount("devtmpfs", "/dev", "devtmpfs", 0, "");
    kvm = open("/dev/console", O_RDWR);
    dup2(kvm, 1);
    dup2(kvm, 2);
    setvbuf(stdout, NULL, _IONBF, 0);
    need(kvm = open("/dev/kvm", O_RDWR), "/dev/kvm");
    make_machine(kvm);
    make_gic(gic ? atoi(gic) : 3);
    set_register(KVM_REG_ARM_CORE_REG(regs.pc), RAM);
    set_register(KVM_REG_ARM_CORE_REG(regs.regs[0]), (uint64_t)(gic ? atoi(gic) : 3));
    need(size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE");
    run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, cpu, 0);
    need(ioctl(cpu, KVM_RUN, 0), "KVM_RUN");
    if (run->exit_reason == KVM_EXIT_MMIO && run->mmio.is_write && run->mmio.phys_addr == DONE) {
        printf("guest: done, %u interrupts\n", run->mmio.data[0]);
    } else {
        printf("guest: failed, exit %u, address 0x%llx, data 0x%llx\n", run->exit_reason,
               run->mmio.phys_addr, *(unsigned long long *)run->mmio.data);
    }
    reboot(RB_POWER_OFF);
    return 0;
}
