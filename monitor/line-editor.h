/* SPDX-License-Identifier: MIT */
/* A line editor for terminals: keys in, lines out, what the terminal shows in between. */
#ifndef MONITOR_LINE_EDITOR_H
#define MONITOR_LINE_EDITOR_H

#include <glib.h>
#include <stdbool.h>

enum { LINE_MAX_BYTES = 4095, LINE_HISTORY = 64 };

typedef struct LineEditorOps {
    void (*write)(void *opaque, const char *text, size_t len);
    /* The line, when it was ended; whoever gets it shows the prompt again. May free the editor's
     * user, but not the editor. */
    void (*line)(void *opaque, const char *line);
    /* Words that the last word of text could become; of g_free()'d elements. (transfer full) */
    GPtrArray *(*complete)(void *opaque, const char *text);
} LineEditorOps;

typedef struct LineEditor LineEditor;
LineEditor *line_editor_new(const char *prompt, const LineEditorOps *ops, void *opaque);
void line_editor_free(LineEditor *e);
/* The prompt, with the line as it stands. */
void line_editor_show(LineEditor *e);
void line_editor_key(LineEditor *e, unsigned char key);

#endif
