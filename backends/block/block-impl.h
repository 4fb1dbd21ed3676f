/* SPDX-License-Identifier: MIT */
/* Inside block nodes: what drivers need. */
#ifndef BACKENDS_BLOCK_BLOCK_IMPL_H
#define BACKENDS_BLOCK_BLOCK_IMPL_H

#include "backends/block/block.h"

extern const BlockDriver block_driver_file, block_driver_raw;

/* A new node, which the caller keeps. */
BlockNode *block_open(const BlockdevOptions *options, Error **errp);
BlockNode *block_ref(BlockNode *node);
/* Somebody on top of it begins to read, perhaps to write, and ends. */
bool block_use(BlockNode *node, bool write, Error **errp);
void block_unuse(BlockNode *node, bool write);

#endif
