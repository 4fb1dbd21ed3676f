/* SPDX-License-Identifier: MIT */
/* The program: start-up, main loop, orderly end; or "ctl", the client. */
#include "monitor/ctl.h"
#include "softmmu/main-loop.h"
#include "softmmu/run-state.h"
#include "softmmu/startup.h"
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) NO_THREAD_SAFETY
{
    g_autoptr(Error) err = NULL;

    if (argc > 1 && strcmp(argv[1], "ctl") == 0) {
        return ctl_main(argc - 1, argv + 1);
    }
    error_set_program_name(argv[0]);
    if (!startup_run(argc, argv, &err)) {
        error_report_err(err);
        startup_teardown();
        return EXIT_FAILURE;
    }
    main_loop();
    startup_teardown();
    return run_state_exit_code();
}
