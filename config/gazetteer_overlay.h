/* SPDX-License-Identifier: ISC */
/*
 * gazetteer_overlay.h: the points that an administrator laid over those of the
 * program.  For gazetteer*.c only.
 *
 * One for the process.  A lookup holds it while it reads; what replaces it
 * waits until no lookup does.  Text is always the program's own, so places
 * that were given out stay as they are.
 * Thread: any.
 */
#ifndef CONFIG_GAZETTEER_OVERLAY_H
#define CONFIG_GAZETTEER_OVERLAY_H

#include "config/gazetteer.h"

struct gazetteer_position {
	int32_t latitude, longitude; /* GAZETTEER_SCALE */
	uint32_t approximate;
};

struct gazetteer_overlay {
	const struct gazetteer *base;         /* what it lies over */
	struct gazetteer_position *positions; /* of every commune */
	uint32_t *latitudes;                  /* communes from the south */
};

/* NULL when nothing lies over this one.  Released in any case. */
const struct gazetteer_overlay *gazetteer_overlay_hold(
    const struct gazetteer *gazetteer);
void gazetteer_overlay_release(void);

#endif
