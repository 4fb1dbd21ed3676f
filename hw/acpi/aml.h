/* SPDX-License-Identifier: MIT */
/* AML, the byte code of ACPI's definition blocks (ACPI 6.4, chapters 6.4 and 20), appended to an
 * array. What encloses something is begun and ended; the length in between is set by the end. */
#ifndef HW_ACPI_AML_H
#define HW_ACPI_AML_H

#include <glib.h>
#include <stdint.h>

/* Names: segments of up to four characters, separated by dots, perhaps after a backslash. Each
 * returns what aml_end() takes. */
size_t aml_begin_scope(GByteArray *b, const char *name);
size_t aml_begin_device(GByteArray *b, const char *name);
size_t aml_begin_method(GByteArray *b, const char *name, unsigned n_args);
void aml_end(GByteArray *b, size_t begin);

/* Objects with a name. */
void aml_name_integer(GByteArray *b, const char *name, uint64_t value);
void aml_name_string(GByteArray *b, const char *name, const char *value);
/* Takes the resources: see below. */
void aml_name_resources(GByteArray *b, const char *name, GByteArray *resources);
/* In a method. */
void aml_notify(GByteArray *b, const char *device, uint64_t value);

/* Resource descriptors, appended to an array of their own. */
void aml_resource_memory(GByteArray *r, uint32_t base, uint32_t len);
/* A level-triggered interrupt, active high, of the device alone. */
void aml_resource_interrupt(GByteArray *r, uint32_t gsi);
/* A pin of a GPIO controller whose rising edge is an event. */
void aml_resource_gpio_event(GByteArray *r, uint16_t pin, const char *controller);

#endif
