/* SPDX-License-Identifier: ISC */
#include "daemon/check.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "daemon/tls.h"
#include "store/store.h"

static int
refuse(int code, const char *reason)
{
	(void)fprintf(stderr, "parvisd: %s\n", reason);
	return code;
}

static void
write_places(FILE *out, const char *what, const struct settings_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		(void)fprintf(
		    out, "# would serve %s on %s\n", what, list->items[i]);
}

static int
check_listening(FILE *out, const struct settings *settings)
{
	char error[TLS_ERROR_SIZE];
	struct tls *tls = NULL;

	write_places(out, "HTTPS", &settings->listen_https);
	write_places(out, "HTTP to a reverse proxy", &settings->listen_http);
	if (settings->listen_https.count == 0)
		return EX_OK;
	if (tls_new(settings->listen_certificate, settings->listen_key, &tls,
		error) < 0)
		return refuse(EX_CONFIG, error);
	(void)fprintf(out, "# with the certificate in %s\n",
	    settings->listen_certificate);
	tls_free(&tls);
	return EX_OK;
}

static int
check_store(FILE *out, const struct settings *settings)
{
	char text[STORE_ERROR_SIZE];
	const char *folder = settings->node_data;
	int known = store_schema_version();
	int version = 0, r = store_schema_found(folder, &version);

	if (r < 0) {
		(void)snprintf(text, sizeof(text),
		    r == -ENOENT ? "there is no database in %s: make one with "
				   "parvisctl init"
				 : "the database in %s cannot be read: %s",
		    folder, strerrordesc_np(-r));
		return refuse(r == -ENOENT ? EX_CONFIG : EX_NOINPUT, text);
	}
	if (version > known) {
		(void)snprintf(text, sizeof(text),
		    "the database in %s has schema %d, this program knows "
		    "schema %d and older: it was used by a newer Parvis",
		    folder, version, known);
		return refuse(EX_DATAERR, text);
	}
	(void)fprintf(out, "# would use the database in %s", folder);
	if (version < known)
		(void)fprintf(
		    out, ", brought from schema %d to %d", version, known);
	(void)fputc('\n', out);
	return EX_OK;
}

int
check_start(FILE *out, const struct settings *settings)
{
	int listening, store;

	settings_write_effective(out, settings);
	(void)fprintf(out, "# would be https://%s\n", settings->node_domain);
	listening = check_listening(out, settings);
	store = check_store(out, settings);
	return listening != EX_OK ? listening : store;
}
