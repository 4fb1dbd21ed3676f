/* SPDX-License-Identifier: MIT */
/* What the generic walk cannot know: side effects of the virt board's devices, and the protocol. */
#include "tests/lib/qtest-client.h"
#include "tests/lib/tap.h"

#include <string.h>

#define UART  0x09000000ull
#define RTC   0x09010000ull
#define FWCFG 0x09020000ull
#define GPIO  0x09030000ull
#define GICD  0x08000000ull
#define GICC  0x08010000ull
#define RAM   0x40000000ull
#define FLASH 0x04000000ull /* the second one */

static const char *program;

static Qtest *start(const char *machine)
{
    const char *const args[] = {"-M", machine, NULL};

    return qtest_start(program, args);
}

static bool reply_is(Qtest *q, const char *request, const char *want)
{
    g_autofree char *got = qtest_request_raw(q, request);
    g_autofree char *detail = g_strdup_printf("got: %s", got);

    return tap_ok(g_str_equal(got, want), detail, "%s -> %s", request, want);
}

static void test_protocol(void)
{
    Qtest *q = start("virt");

    reply_is(q, "endianness", "OK little");
    reply_is(q, "writel 0x40000000 0x12345678", "OK");
    reply_is(q, "readb 0x40000001", "OK 0x0000000000000056");
    reply_is(q, "readw 0x40000002", "OK 0x0000000000001234");
    reply_is(q, "read 0x40000000 4", "OK 0x78563412");
    reply_is(q, "write 0x40000000 4 0xaabb", "OK");
    reply_is(q, "read 0x40000000 0x4", "OK 0xaabb0000");
    reply_is(q, "b64write 0x40000000 3 QUJD", "OK");
    reply_is(q, "b64read 0x40000000 3", "OK QUJD");
    reply_is(q, "memset 0x40000000 2 0x5a", "OK");
    reply_is(q, "memset 0x40000000 0 1", "OK");
    reply_is(q, "readl 0x40000000", "OK 0x0000000000435a5a");
    reply_is(q, "readq 0xfff00000000", "OK 0x0000000000000000"); /* nobody answers */
    reply_is(q, "inb 0", "OK 0x00ff");                           /* an open bus */
    reply_is(q, "inl 0x100", "OK 0xffffffff");
    reply_is(q, "outb 0x80 1", "OK");
    reply_is(q, "clock_step 1000", "OK 1000");
    reply_is(q, "clock_set 5000", "OK 5000");
    reply_is(q, "clock_set 10", "OK 5000"); /* never backwards */
    reply_is(q, "nosuch 1 2", "FAIL Unknown command 'nosuch'");
    reply_is(q, "irq_intercept_out /nowhere", "FAIL Unknown device");
    qtest_free(q);
}

/* Loopback: what is sent is received, raises the interrupt, and is taken by a read. */
static void test_uart_loopback(void)
{
    Qtest *q = start("virt");

    qtest_writel(q, UART + 0x30, 0x381); /* LBE, TXE, RXE, UARTEN */
    qtest_writel(q, UART + 0x2c, 0x70);  /* FIFO on */
    tap_ok(qtest_readl(q, UART + 0x18) & 0x10, NULL, "pl011: FIFO empty at first");
    for (int i = 0; i < 16; i++) {
        qtest_writel(q, UART, (uint32_t)('a' + i));
    }
    tap_ok(qtest_readl(q, UART + 0x18) & 0x40, NULL, "pl011: FIFO full after 16");
    qtest_writel(q, UART, 'z');
    tap_ok(qtest_readl(q, UART + 0x3c) & 0x400, NULL, "pl011: the 17th overruns");
    qtest_writel(q, UART + 0x38, 0x10);
    tap_ok(qtest_readl(q, UART + 0x40) == 0x10, NULL, "pl011: receive interrupt at the trigger");
    bool all = true;
    for (int i = 0; i < 16; i++) {
        all &= (qtest_readl(q, UART) & 0xff) == (uint32_t)('a' + i);
    }
    tap_ok(all, NULL, "pl011: in order");
    tap_ok(qtest_readl(q, UART + 0x40) == 0, NULL, "pl011: interrupt gone when empty");
    qtest_writel(q, UART + 0x44, 0x7ff);
    tap_ok(qtest_readl(q, UART + 0x3c) == 0, NULL, "pl011: UARTICR clears");
    qtest_free(q);
}

/* A level from a device through the distributor to acknowledge and end of interrupt. */
static void test_gic(void)
{
    Qtest *q = start("virt,gic-version=2");

    qtest_writel(q, GICD, 1);
    qtest_writel(q, GICD + 0x104, 1u << 1); /* enable 33, the UART */
    qtest_write(q, GICD + 0x421, 1, 0x80);  /* its priority */
    qtest_write(q, GICD + 0x821, 1, 1);     /* to CPU 0 */
    qtest_writel(q, GICC + 4, 0xff);
    qtest_writel(q, GICC, 1);
    g_free(qtest_request(q, "irq_intercept_out %s", "/machine/unattached/device[1]"));
    tap_ok(qtest_readl(q, GICC + 0xc) == 1023, NULL, "gic: spurious while idle");
    qtest_writel(q, UART + 0x30, 0x301);
    qtest_writel(q, UART + 0x38, 0x20);
    qtest_writel(q, UART, 'x'); /* transmit interrupt */
    tap_ok(qtest_readl(q, GICD + 0x204) == 2, NULL, "gic: 33 pending");
    tap_ok(q->irq[0], NULL, "gic: IRQ line of CPU 0 up");
    tap_ok(qtest_readl(q, GICC + 0xc) == 33, NULL, "gic: acknowledged as 33");
    tap_ok(!q->irq[0], NULL, "gic: line down while active");
    tap_ok(qtest_readl(q, GICC + 0xc) == 1023, NULL, "gic: nothing else");
    qtest_writel(q, UART + 0x44, 0x20);
    qtest_writel(q, GICC + 0x10, 33);
    tap_ok(qtest_readl(q, GICD + 0x204) == 0 && !q->irq[0], NULL, "gic: quiet after the end");
    qtest_free(q);
}

static void test_rtc(void)
{
    Qtest *q = start("virt");
    uint32_t now = (uint32_t)(g_get_real_time() / G_USEC_PER_SEC);
    uint32_t read = qtest_readl(q, RTC);

    tap_ok(read - now <= 2, NULL, "pl031: seconds of the host");
    qtest_writel(q, RTC + 8, 1000);
    tap_ok(qtest_readl(q, RTC) - 1000 <= 2, NULL, "pl031: load register sets the counter");
    qtest_writel(q, RTC + 0x10, 1);
    qtest_writel(q, RTC + 4, qtest_readl(q, RTC));
    tap_ok(qtest_readl(q, RTC + 0x18) == 1, NULL, "pl031: match raises the interrupt");
    qtest_writel(q, RTC + 0x1c, 1);
    tap_ok(qtest_readl(q, RTC + 0x18) == 0, NULL, "pl031: cleared");
    qtest_free(q);
}

static void test_gpio(void)
{
    Qtest *q = start("virt");

    qtest_writel(q, GPIO + 0x400, 0xf0); /* upper half are outputs */
    qtest_writel(q, GPIO + 0x3fc, 0xff);
    tap_ok(qtest_readl(q, GPIO + 0x3fc) == 0xf0, NULL, "pl061: only outputs take writes");
    qtest_writel(q, GPIO + (0x10 << 2), 0); /* the address masks the other pins */
    tap_ok(qtest_readl(q, GPIO + 0x3fc) == 0xe0, NULL, "pl061: address bits mask");
    qtest_writel(q, GPIO + 0x40c, 0x08); /* rising edge of the power button */
    qtest_writel(q, GPIO + 0x410, 0x08);
    g_autoptr(JsonNode) r = qmp_client_execute(q->qmp, "system_powerdown", NULL, NULL);
    tap_ok(r != NULL, NULL, "pl061: system_powerdown");
    tap_ok(qtest_readl(q, GPIO + 0x418) == 0x08, NULL, "pl061: the button's edge is latched");
    tap_ok(qtest_readl(q, GPIO + 0x20) == 0x08, NULL, "pl061: the pin is high");
    qtest_clock_step(q, 100000000);
    tap_ok(qtest_readl(q, GPIO + 0x20) == 0, NULL, "pl061: released after 100 ms");
    qtest_writel(q, GPIO + 0x41c, 0xff);
    tap_ok(qtest_readl(q, GPIO + 0x418) == 0, NULL, "pl061: cleared");
    qtest_writel(q, GPIO + 0x3fc, 0xf0);
    tap_ok(qtest_readl(q, GPIO + 0x414) == 0, NULL, "pl061: outputs make no edges");
    qtest_writel(q, GPIO + 0x404, 0x0f); /* inputs by level, active low as they are */
    qtest_writel(q, GPIO + 0x40c, 0x08);
    tap_ok(qtest_readl(q, GPIO + 0x414) == 0x07, NULL, "pl061: low levels");
    qtest_writel(q, GPIO + 0x41c, 0xff);
    tap_ok(qtest_readl(q, GPIO + 0x414) == 0x07, NULL, "pl061: levels cannot be cleared");
    qtest_writel(q, GPIO + 0x410, 0);
    tap_ok(qtest_readl(q, GPIO + 0x418) == 0, NULL, "pl061: masked");
    qtest_free(q);
}

static uint32_t swap32(uint32_t v)
{
    return __builtin_bswap32(v);
}

static void test_fw_cfg(void)
{
    Qtest *q = start("virt");
    uint64_t desc = RAM + 0x1000, buf = RAM + 0x2000;

    qtest_write(q, FWCFG + 8, 2, __builtin_bswap16(0)); /* signature */
    tap_ok(qtest_readl(q, FWCFG) == 0x554d4551, NULL, "fw_cfg: QEMU");
    tap_ok(qtest_readl(q, FWCFG) == 0, NULL, "fw_cfg: zeros behind the item");
    tap_ok(qtest_read(q, FWCFG + 0x10, 8) == __builtin_bswap64(0x51454d5520434647ull), NULL,
           "fw_cfg: DMA signature");
    qtest_writel(q, desc, swap32(0x0003u << 16 | 8 | 2)); /* select RAM_SIZE and read it */
    qtest_writel(q, desc + 4, swap32(8));
    qtest_write(q, desc + 8, 8, __builtin_bswap64(buf));
    qtest_write(q, FWCFG + 0x10, 8, __builtin_bswap64(desc));
    tap_ok(qtest_readl(q, desc) == 0, NULL, "fw_cfg: DMA done");
    tap_ok(qtest_read(q, buf, 8) == 128 << 20, NULL, "fw_cfg: RAM size by DMA");
    qtest_write(q, desc + 8, 8, __builtin_bswap64(0xfff00000000ull));
    qtest_writel(q, desc, swap32(0x0003u << 16 | 8 | 2));
    qtest_write(q, FWCFG + 0x10, 8, __builtin_bswap64(desc));
    tap_ok(qtest_readl(q, desc) == swap32(1), NULL, "fw_cfg: DMA to nowhere is an error");
    qtest_writel(q, desc + 4, 0xffffffff);
    qtest_writel(q, desc, swap32(0x0003u << 16 | 8 | 4)); /* skip more than there is */
    qtest_write(q, FWCFG + 0x10, 8, __builtin_bswap64(desc));
    tap_ok(qtest_readl(q, desc) == 0, NULL, "fw_cfg: skip is bounded");
    qtest_free(q);
}

static void test_flash(void)
{
    Qtest *q = start("virt");

    tap_ok(qtest_readl(q, FLASH) == 0, NULL, "flash: array at first");
    qtest_writel(q, FLASH + 0x154, 0x00980098);
    tap_ok(qtest_readl(q, FLASH + 0x40) == 0x00510051, NULL, "flash: query says Q");
    tap_ok(qtest_readl(q, FLASH + 0x27 * 4) == 0x00190019, NULL, "flash: 32 MiB a chip");
    qtest_writel(q, FLASH, 0x00200020);
    qtest_writel(q, FLASH, 0x00d000d0);
    tap_ok(qtest_readl(q, FLASH) == 0x00800080, NULL, "flash: ready after the erase");
    qtest_writel(q, FLASH, 0x00ff00ff);
    tap_ok(qtest_readl(q, FLASH + 0x3fffc) == 0xffffffff, NULL, "flash: block erased");
    tap_ok(qtest_readl(q, FLASH + 0x40000) == 0, NULL, "flash: the next one not");
    qtest_writel(q, FLASH + 8, 0x00400040);
    qtest_writel(q, FLASH + 8, 0x12345678);
    qtest_writel(q, FLASH, 0x00ff00ff);
    tap_ok(qtest_readl(q, FLASH + 8) == 0x12345678, NULL, "flash: word programmed");
    qtest_writel(q, FLASH + 8, 0x00400040);
    qtest_writel(q, FLASH + 8, 0xffff0000);
    qtest_writel(q, FLASH, 0x00ff00ff);
    tap_ok(qtest_readl(q, FLASH + 8) == 0x12340000, NULL, "flash: programming only clears");
    qtest_writel(q, FLASH + 0x100, 0x00e800e8);
    qtest_writel(q, FLASH + 0x100, 0x00010001);
    qtest_writel(q, FLASH + 0x100, 0x11111111);
    qtest_writel(q, FLASH + 0x104, 0x22222222);
    qtest_writel(q, FLASH + 0x100, 0x00d000d0);
    tap_ok(qtest_readl(q, FLASH) == 0x00800080, NULL, "flash: buffered write done");
    qtest_writel(q, FLASH, 0x00ff00ff);
    tap_ok(qtest_readl(q, FLASH + 0x104) == 0x22222222 && qtest_readl(q, FLASH + 0x108) == ~0u,
           NULL, "flash: buffer in place");
    qtest_free(q);
}

int main(int argc, char **argv)
{
    program = g_getenv("POISE") ? g_getenv("POISE") : "./poise-system-aarch64";
    test_protocol();
    test_uart_loopback();
    test_gic();
    test_rtc();
    test_gpio();
    test_fw_cfg();
    test_flash();
    return tap_done();
}
