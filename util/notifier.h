/* SPDX-License-Identifier: MIT */
/* Notifier lists: functions called in registration order; a notifier may remove itself. */
#ifndef UTIL_NOTIFIER_H
#define UTIL_NOTIFIER_H

#include <glib.h>

typedef struct Notifier Notifier;
struct Notifier {
    void (*notify)(Notifier *n, void *data);
    GList link; /* owned by the list */
};

typedef struct NotifierList {
    GQueue queue;
} NotifierList;

void notifier_list_add(NotifierList *list, Notifier *n);
void notifier_remove(NotifierList *list, Notifier *n);
void notifier_list_notify(NotifierList *list, void *data);

#endif
