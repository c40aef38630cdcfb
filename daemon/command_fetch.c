/* SPDX-License-Identifier: ISC */
/*
 * fetch: what an address elsewhere gives, and what the node makes of it.
 */
#include <string.h>

#include "daemon/command.h"

/* As JSON when it is, else as a text. */
static json_t *
document_view(const char *text)
{
	json_error_t error;
	json_t *document = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (document == NULL)
		document = json_string(text);
	return document != NULL ? document : json_null();
}

static void
on_shown(struct command_wanted *wanted)
{
	const struct courier_want *want = &wanted->want;
	struct command_request *request = wanted->request;
	json_t *detail;

	if (want->verdict == VERDICT_ACCEPTED) {
		command_answer(request,
		    json_pack("{s:s, s:s, s:s?, s:o}", "address", want->uri,
			"verdict", verdict_word(want->verdict), "id",
			want->found, "document",
			want->document != NULL ? document_view(want->document)
					       : json_null()));
		return;
	}
	detail =
	    json_pack("[{s:s, s:s}]", "verdict", verdict_word(want->verdict),
		"sentence", verdict_sentence(want->verdict));
	if (want->document != NULL)
		json_object_set_new(json_array_get(detail, 0), "document",
		    document_view(want->document));
	command_refuse_details(request,
	    want->verdict == VERDICT_UNKNOWN || want->verdict == VERDICT_GONE
		? CODE_NOT_FOUND
		: CODE_FAILED,
	    arena_printf(request->arena, "%s is refused: %s (%s)%s%s",
		want->uri, verdict_sentence(want->verdict),
		verdict_word(want->verdict), want->error[0] != '\0' ? ": " : "",
		want->error),
	    detail);
}

void
command_fetch(struct command_request *request)
{
	command_want(request, WANT_SHOW, request->arguments[0], on_shown, NULL);
}
