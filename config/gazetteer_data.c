/* SPDX-License-Identifier: ISC */
/*
 * The packed gazetteer as read-only data of the program.  The assembler takes
 * the file as it is: two megabytes as a C array would take the compiler longer
 * than all else.  Its pages are shared by all processes and read when touched.
 */
#include "config/gazetteer.h"

/* clang-format off */
__asm__(".section .rodata\n"
	".balign 16\n"
	".global gazetteer_data_start\n"
	".hidden gazetteer_data_start\n"
	"gazetteer_data_start:\n"
	".incbin \"" GAZETTEER_FILE "\"\n"
	"1:\n"
	".balign 4\n"
	".global gazetteer_data_size\n"
	".hidden gazetteer_data_size\n"
	"gazetteer_data_size:\n"
	".long 1b - gazetteer_data_start\n"
	".previous\n");
/* clang-format on */

extern const unsigned char gazetteer_data_start[];
extern const uint32_t gazetteer_data_size;

const struct gazetteer *
gazetteer_builtin(void)
{
	const struct gazetteer *gazetteer = NULL;
	int r = gazetteer_open(
	    gazetteer_data_start, gazetteer_data_size, &gazetteer);

	ASSERT(r == 0);
	return gazetteer;
}
