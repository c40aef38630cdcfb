/* SPDX-License-Identifier: ISC */
#include "federation/replica_get.h"

#include <errno.h>

void
replica_get(struct courier_core *core, const char *url,
    http_client_done_fn *done, void *arg)
{
	static const struct httpsig_header headers[] = {
		{ "accept", "application/activity+json" },
	};
	const struct http_client_request request = {
		.method = "GET",
		.url = url,
		.headers = headers,
		.header_count = N_ELEMENTS(headers),
		.answer_max =
		    (size_t)core->snapshot->settings->outbound_response_bytes,
	};
	const struct http_client_answer none = { .error = -ECANCELED,
		.reason = "it cannot be asked" };

	if (http_client_send(core->client, &request, done, arg) != 0)
		done(arg, &none);
}
