/* SPDX-License-Identifier: MIT */
/* The program: start-up, main loop, orderly end. */
#include "softmmu/main-loop.h"
#include "softmmu/run-state.h"
#include "softmmu/startup.h"
#include <stdlib.h>

int main(int argc, char **argv) NO_THREAD_SAFETY
{
    g_autoptr(Error) err = NULL;

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
