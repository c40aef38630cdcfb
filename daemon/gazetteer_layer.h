/* SPDX-License-Identifier: ISC */
/*
 * gazetteer_layer.h: what the database holds of places, laid over the
 * gazetteer of the program: at start, and after each change.
 * Thread: the main one.  Errors: see store.h; what lay over it stays then.
 */
#ifndef DAEMON_GAZETTEER_LAYER_H
#define DAEMON_GAZETTEER_LAYER_H

#include "store/store.h"

int gazetteer_layer_load(struct db *db) MUST_CHECK;

#endif
