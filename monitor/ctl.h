/* SPDX-License-Identifier: MIT */
/* "poise ctl": a QMP client for shells. */
#ifndef MONITOR_CTL_H
#define MONITOR_CTL_H

/* argv[0] is "ctl". The exit status. Uses nothing of an emulator that was started. */
int ctl_main(int argc, char **argv);

#endif
