/* SPDX-License-Identifier: MIT */
/* Notifier lists. */
#include "util/notifier.h"

void notifier_list_add(NotifierList *list, Notifier *n)
{
    n->link = (GList){.data = n};
    g_queue_push_tail_link(&list->queue, &n->link);
}

void notifier_remove(NotifierList *list, Notifier *n)
{
    g_queue_unlink(&list->queue, &n->link);
}

void notifier_list_notify(NotifierList *list, void *data)
{
    GList *next;

    for (GList *l = list->queue.head; l; l = next) {
        Notifier *n = l->data;

        next = l->next;
        n->notify(n, data);
    }
}
