/* SPDX-License-Identifier: ISC */
/*
 * Run by the build: copies the manual from standard input to standard output
 * with the line "@SETTINGS@" replaced by the list of every setting.
 */
#include <string.h>

#include "config/settings.h"

int
main(void)
{
	char line[512];
	int lists = 0;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (strcmp(line, "@SETTINGS@\n") == 0) {
			settings_write_manual(stdout);
			lists++;
		} else {
			fputs(line, stdout);
		}
	}
	if (lists != 1) {
		fputs("the manual needs one line @SETTINGS@\n", stderr);
		return 1;
	}
	return ferror(stdin) != 0 || fflush(stdout) != 0;
}
