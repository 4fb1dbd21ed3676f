/* SPDX-License-Identifier: MIT */
/* The qtest accelerator: no instructions; virtual time moves only when a test asks. */
#include "softmmu/accel.h"
#include "softmmu/clock.h"
#include "util/module.h"

static bool qtest_setup(Object *accel, Error **errp) NO_THREAD_SAFETY
{
    clock_virtual_manual();
    return true;
}

static void qtest_class_init(ObjectClass *klass, const void *data)
{
    AccelClass *ac = (AccelClass *)klass;

    ac->name = "qtest";
    ac->help = "executes nothing; for device tests";
    ac->setup = qtest_setup;
    ac->starts_running = true;
}

static const TypeInfo qtest_types[] = {
    {.name = "qtest" ACCEL_CLASS_SUFFIX, .parent = TYPE_ACCEL, .class_init = qtest_class_init},
};
DEFINE_TYPES(qtest_types);
