/* SPDX-License-Identifier: ISC */
/*
 * replay_main.c: runs a fuzz target once over every file of a corpus.
 *
 * The same target that libFuzzer drives is thus a test of every build, with
 * any compiler: what the fuzzer once found stays found.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_SIZE_MAX = 4 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* 0, or -1 when the file cannot be read. */
static int
replay_file(const char *path, uint8_t *data)
{
	FILE *file = fopen(path, "rb");
	uint8_t *exact;
	size_t size;

	if (file == NULL)
		return -1;
	size = fread(data, 1, FILE_SIZE_MAX, file);
	fclose(file);
	/* A block of just this size, so that an over-read is seen. */
	exact = malloc(size > 0 ? size : 1);
	if (exact == NULL)
		return -1;
	memcpy(exact, data, size);
	(void)LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 0;
}

static int
replay_folder(const char *folder, uint8_t *data)
{
	struct dirent **entries;
	char path[4096];
	int count, i, failed = 0;

	count = scandir(folder, &entries, visible, alphasort);
	for (i = 0; i < count; i++) {
		snprintf(
		    path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		if (replay_file(path, data) != 0) {
			fprintf(stderr, "cannot read %s\n", path);
			failed = 1;
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	printf("%s: %d inputs\n", folder, count);
	return count > 0 && !failed ? 0 : 1;
}

int
main(int argc, char **argv)
{
	uint8_t *data = malloc(FILE_SIZE_MAX);
	int i, result = argc > 1 && data != NULL ? 0 : 1;

	for (i = 1; i < argc && result == 0; i++)
		result = replay_folder(argv[i], data);
	if (result != 0)
		fprintf(stderr, "%s: no corpus was replayed\n", argv[0]);
	free(data);
	return result;
}
