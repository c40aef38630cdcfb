/* SPDX-License-Identifier: ISC */
/*
 * settings_check.h: what a value must look like beyond its type and bounds.
 * Private to config/.
 *
 * Thread: any; pure functions.
 */
#ifndef CONFIG_SETTINGS_CHECK_H
#define CONFIG_SETTINGS_CHECK_H

#include "config/settings_table.h"

/*
 * One value of a string, one item of a list.  NULL when it may stand, else
 * what it must be ("an absolute path").  Host names are put into lower case
 * in place.
 */
const char *settings_check_value(const struct settings_row *row, char *value);

/*
 * What must hold between settings, once all are known.  NULL, else what is
 * wrong; *ret_row is then the setting to blame.
 */
const char *settings_check_whole(
    const struct settings *settings, const struct settings_row **ret_row);

#endif
