/* SPDX-License-Identifier: MIT */
/* Inside monitor: what clients leave behind. */
#ifndef MONITOR_QMP_FD_H
#define MONITOR_QMP_FD_H

/* The last session ended: the sets that add-fd made are dissolved. */
void fd_sets_dissolve(void);

#endif
