/* SPDX-License-Identifier: ISC */
/*
 * The courier against a server of our own over plain http, which the settings
 * of this test allow: deliveries, retries, and what is not read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "config/base/clock.h"
#include "config/base/mailbox.h"
#include "config/base/text.h"
#include "federation/courier.h"
#include "federation/httpsig.h"
#include "federation/json.h"
#include "store/actor.h"
#include "store/follow.h"
#include "store/host.h"
#include "store/outbox.h"
#include "store/queue.h"
#include "store/store.h"
#include "tests/unit/courier_peer.h"
#include "tests/unit/store_fixture.h"

enum { WAIT_MS = 60000, STEP_MS = 10, TEXT_MAX = 8192, CROWD = 20 };

#define ACTIVITY_TYPE "application/activity+json"

struct bench {
	char folder[FIXTURE_FOLDER_SIZE];
	struct node node;
	_Atomic(struct courier *) courier;
	struct mailbox *mailbox;
	struct db *db;
	struct peer *peer;
	struct arena *arena;
	int64_t author, remote, host;
	size_t answered;
};

static struct key *our_key, *their_key;

/* --- A resolver that may be held up --- */

static pthread_mutex_t resolver_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t resolver_free = PTHREAD_COND_INITIALIZER;
static bool resolver_held;
static atomic_size_t resolver_waiting;

typedef int resolve_fn(const char *name, const char *service,
    const struct addrinfo *hints, struct addrinfo **ret);

/* In place of the C library's: "slow.test" takes as long as the test wants. */
int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
    struct addrinfo **ret)
{
	void *next = dlsym(RTLD_NEXT, "getaddrinfo");
	resolve_fn *resolve;

	ASSERT(next != NULL);
	memcpy(&resolve, &next, sizeof(resolve));
	if (name == NULL || strcmp(name, "slow.test") != 0)
		return resolve(name, service, hints, ret);
	ASSERT(pthread_mutex_lock(&resolver_lock) == 0);
	atomic_fetch_add(&resolver_waiting, 1);
	while (resolver_held)
		ASSERT(pthread_cond_wait(&resolver_free, &resolver_lock) == 0);
	atomic_fetch_sub(&resolver_waiting, 1);
	ASSERT(pthread_mutex_unlock(&resolver_lock) == 0);
	return EAI_AGAIN;
}

static void
resolver_hold(bool held)
{
	ASSERT(pthread_mutex_lock(&resolver_lock) == 0);
	resolver_held = held;
	ASSERT(pthread_cond_broadcast(&resolver_free) == 0);
	ASSERT(pthread_mutex_unlock(&resolver_lock) == 0);
}

/* --- The node --- */

static void
on_change(void *arg, unsigned changes)
{
	struct bench *bench = arg;
	struct courier *courier = atomic_load(&bench->courier);

	if (courier != NULL)
		courier_poke(courier, changes);
}

static struct settings *
make_settings(const struct bench *bench)
{
	char text[TEXT_MAX], error[SETTINGS_ERROR_SIZE] = "";
	struct settings *settings = NULL;

	(void)snprintf(text, sizeof(text),
	    "[node]\ndomain = node.example\ndata = %s\n"
	    "[listen]\nhttp = 127.0.0.1:80\n"
	    "[outbound]\nallow_networks = 127.0.0.1/32\nallow_ports = any\n"
	    "allow_http = yes\nhosts = peer.test=127.0.0.1\n"
	    "hosts = evil.test=127.0.0.2\nresponse_bytes = 16384\n"
	    "hosts = a.wild.test=127.0.0.1\nhosts = b.wild.test=127.0.0.1\n"
	    "hosts = c.wild.test=127.0.0.1\nhosts = d.wild.test=127.0.0.1\n"
	    "redirects = 2\nconnections = 32\nhost_connections = 2\n"
	    "connect_seconds = 4\n"
	    "[federation]\nask_again_seconds = 1\n"
	    "[delivery]\nfirst_retry_seconds = 1\n"
	    "longest_retry_seconds = 2\n",
	    bench->folder);
	if (settings_parse(text, strlen(text), "test", &settings, error) != 0)
		fail_msg("%s", error);
	return settings;
}

/* A function as a job of the writer. */
struct step {
	struct writer_job job;
	struct bench *bench;
	int (*work)(struct bench *bench, struct db *db);
};

static int
step_work(struct writer_job *job, struct db *db)
{
	struct step *step = CONTAINER_OF(job, struct step, job);

	return step->work(step->bench, db);
}

static void
write_with(struct bench *bench, int (*work)(struct bench *, struct db *))
{
	struct step step = { .bench = bench, .work = work };

	step.job.work = step_work;
	assert_int_equal(writer_run(bench->node.writer, &step.job), 0);
}

static int
add_key(struct bench *bench, struct db *db, int64_t actor_id, const char *uri)
{
	struct actor_key key = { .uri = uri, .kind = KEY_RSA };
	uint8_t *spki, *secret;
	int r = key_spki(our_key, bench->arena, &spki, &key.spki_len);

	if (r == 0)
		r = key_secret(our_key, bench->arena, &secret, &key.secret_len);
	if (r != 0)
		return r;
	key.spki = spki;
	key.secret = secret;
	key.created_at = clock_now();
	return actor_set_keys(db, actor_id, &key, 1);
}

static int
add_ours(struct bench *bench, struct db *db)
{
	struct actor instance = {
		.kind = ACTOR_INSTANCE,
		.uri = "https://node.example/actor",
		.type = "Application",
		.username = "node.example",
		.created_at = 1,
		.updated_at = 1,
	};
	struct actor author = {
		.kind = ACTOR_PROFILE,
		.uri = "https://node.example/o/author",
		.type = "Person",
		.username = "author",
		.inbox = "https://node.example/o/author/inbox",
		.followers = "https://node.example/o/author/followers",
		.created_at = 1,
		.updated_at = 1,
	};
	int64_t id;
	int r = actor_create(db, &instance, &id);

	if (r == 0)
		r = add_key(
		    bench, db, id, "https://node.example/actor#main-key");
	if (r == 0)
		r = actor_create(db, &author, &bench->author);
	if (r == 0)
		r = add_key(bench, db, bench->author,
		    "https://node.example/o/author#main-key");
	return r;
}

static const char *
at_peer(struct bench *bench, const char *path)
{
	return arena_printf(bench->arena, "http://peer.test:%u%s",
	    peer_port(bench->peer), path);
}

static int
add_theirs(struct bench *bench, struct db *db)
{
	struct actor remote = {
		.uri = at_peer(bench, "/follower"),
		.type = "Person",
		.username = "follower",
		.host = arena_printf(
		    bench->arena, "peer.test:%u", peer_port(bench->peer)),
		.inbox = at_peer(bench, "/inbox"),
		.created_at = 1,
		.updated_at = 1,
		.fetched_at = clock_now(),
	};
	struct follow follow;
	int r = actor_put_remote(db, &remote, &bench->remote);

	if (r == 0)
		r = host_need(db, remote.host, 1, &bench->host);
	if (r == 0)
		r = follow_put(db, at_peer(bench, "/follow/1"), bench->remote,
		    bench->author, 1);
	if (r == 0)
		r = follow_get(
		    db, bench->arena, bench->remote, bench->author, &follow);
	return r != 0 ? r : follow_decide(db, follow.id, FOLLOW_ACCEPTED, 1);
}

static int
add_nothing(struct bench *bench, struct db *db)
{
	(void)bench;
	(void)db;
	return 0;
}

static int
setup(void **state)
{
	struct bench *bench = xcalloc(1, sizeof(*bench));
	struct courier *courier;

	fixture_folder(bench->folder);
	bench->arena = arena_new();
	bench->peer = peer_new(0);
	bench->mailbox = mailbox_new();
	node_init(&bench->node, make_settings(bench));
	assert_int_equal(
	    writer_start(bench->folder, on_change, bench, &bench->node.writer),
	    0);
	assert_int_equal(store_open_reader(bench->folder, &bench->db), 0);
	write_with(bench, add_ours);
	write_with(bench, add_theirs);
	assert_int_equal(courier_start(&bench->node, &courier), 0);
	atomic_store(&bench->courier, courier);
	bench->node.courier = courier;
	*state = bench;
	return 0;
}

static void
stop_courier(struct bench *bench)
{
	/* The writer must neither be gone nor poke while it ends. */
	atomic_store(&bench->courier, NULL);
	write_with(bench, add_nothing);
	courier_stop(&bench->node.courier);
}

static int
teardown(void **state)
{
	struct bench *bench = *state;

	resolver_hold(false);
	stop_courier(bench);
	writer_stop(&bench->node.writer);
	store_close(&bench->db);
	node_done(&bench->node);
	peer_free(&bench->peer);
	mailbox_free(&bench->mailbox);
	arena_free(&bench->arena);
	fixture_remove_folder(bench->folder);
	free(bench);
	return 0;
}

/* Until it holds; the mailbox is a clock that wakes when something comes. */
static void
wait_for(struct bench *bench, bool (*holds)(struct bench *), const char *what)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	while (!holds(bench)) {
		if (clock_monotonic_ms() > until)
			fail_msg("waited too long: %s", what);
		mailbox_wait(bench->mailbox, STEP_MS);
		mailbox_drain(bench->mailbox);
	}
}

/* --- Deliveries --- */

struct mail {
	int64_t key;
	const char *document;
	const char *inbox; /* NULL: of the follower */
};

static struct mail mail;

static int
post_mail(struct bench *bench, struct db *db)
{
	char opaque[CRYPTO_OPAQUE_SIZE];
	struct activity_row activity = {
		.type = "Create",
		.document = mail.document,
		.actor_id = bench->author,
		.published = clock_now(),
	};
	struct delivery delivery = {
		.host_id = bench->host,
		.actor_id = bench->author,
		.inbox =
		    mail.inbox != NULL ? mail.inbox : at_peer(bench, "/inbox"),
		.order_key = mail.key,
		.synchronize = true,
		.bytes = (int64_t)strlen(mail.document),
		.next_at = clock_now(),
		.created_at = clock_now(),
	};
	const struct queue_limits limits = { 1000, 1000000 };
	int r;

	crypto_opaque(opaque);
	activity.uri =
	    arena_printf(bench->arena, "https://node.example/a/%s", opaque);
	r = outbox_add(db, &activity, &delivery.activity_id);
	return r != 0 ? r : queue_add(db, &delivery, &limits);
}

static void
deliver(struct bench *bench, int64_t key, const char *document)
{
	mail = (struct mail){ .key = key, .document = document };
	write_with(bench, post_mail);
}

static bool
queue_is_empty(struct bench *bench)
{
	struct host host;

	return host_get(bench->db, bench->arena, bench->host, &host) == 0 &&
	       host.waiting_items == 0;
}

/* What the other server would find out about a request. */
static enum httpsig_verdict
verify(struct bench *bench, const struct peer_request *got,
    enum httpsig_form *ret_form)
{
	struct httpsig_header headers[PEER_HEADERS_MAX];
	const struct httpsig_policy policy = { clock_now(), 300 };
	struct httpsig_request request = {
		.method = got->method,
		.scheme = "http",
		.authority = peer_header(got, "Host"),
		.target = got->target,
		.headers = headers,
		.n_headers = got->header_count,
		.body = got->body,
		.body_len = got->body_len,
	};
	struct httpsig *sig;
	enum httpsig_verdict verdict;

	for (size_t i = 0; i < got->header_count; i++)
		headers[i] = (struct httpsig_header){ got->headers[i].name,
			got->headers[i].value };
	verdict = httpsig_parse(bench->arena, &request, &sig);
	if (verdict != HTTPSIG_OK)
		return verdict;
	*ret_form = sig->form;
	return httpsig_check(bench->arena, sig, &request, &policy, our_key);
}

static void
a_delivery_arrives_signed_with_the_followers_digest(void **state)
{
	struct bench *bench = *state;
	const struct peer_request *got;
	enum httpsig_form form = HTTPSIG_RFC9421;
	const char *header;

	peer_set(bench->peer, "/inbox", &(struct peer_answer){ .status = 202 });
	deliver(bench, 1, "{\"type\":\"Create\",\"n\":1}");
	assert_true(peer_wait(bench->peer, "/inbox", 1));
	got = peer_request(bench->peer, "/inbox", 0);
	assert_string_equal(got->method, "POST");
	assert_string_equal(got->body, "{\"type\":\"Create\",\"n\":1}");
	assert_string_equal(peer_header(got, "Content-Type"), ACTIVITY_TYPE);
	assert_string_equal(peer_header(got, "User-Agent"),
	    "Parvis/0.1.0 (+https://node.example/)");
	assert_int_equal(verify(bench, got, &form), HTTPSIG_OK);
	assert_int_equal(form, HTTPSIG_CAVAGE);
	header = peer_header(got, "Collection-Synchronization");
	assert_non_null(header);
	assert_non_null(strstr(header,
	    "collectionId=\"https://node.example/o/author/followers\""));
	assert_null(strstr(header, "digest=\"0000000000000000"));
	wait_for(bench, queue_is_empty, "the delivery is recorded");
}

static void
a_server_that_failed_gets_it_again_newly_signed(void **state)
{
	struct bench *bench = *state;
	enum httpsig_form form;

	peer_set(bench->peer, "/inbox",
	    &(struct peer_answer){
		.status = 202, .before = 1, .before_status = 500 });
	deliver(bench, 1, "{\"type\":\"Create\"}");
	wait_for(bench, queue_is_empty, "the second try is recorded");
	assert_int_equal(peer_hits(bench->peer, "/inbox"), 2);
	assert_int_equal(
	    verify(bench, peer_request(bench->peer, "/inbox", 1), &form),
	    HTTPSIG_OK);
}

static void
the_other_form_is_tried_once_and_remembered(void **state)
{
	struct bench *bench = *state;
	enum httpsig_form form = HTTPSIG_CAVAGE;
	struct host host;

	peer_set(bench->peer, "/inbox",
	    &(struct peer_answer){ .status = 202, .rfc9421_only = true });
	deliver(bench, 1, "{\"type\":\"Create\"}");
	wait_for(bench, queue_is_empty, "the first is recorded");
	assert_int_equal(peer_hits(bench->peer, "/inbox"), 2);
	assert_int_equal(
	    verify(bench, peer_request(bench->peer, "/inbox", 1), &form),
	    HTTPSIG_OK);
	assert_int_equal(form, HTTPSIG_RFC9421);
	assert_int_equal(
	    host_get(bench->db, bench->arena, bench->host, &host), 0);
	assert_int_equal(host.signature, HOST_SIGNATURE_RFC9421);
	deliver(bench, 2, "{\"type\":\"Create\"}");
	wait_for(bench, queue_is_empty, "the second is recorded");
	assert_int_equal(peer_hits(bench->peer, "/inbox"), 3);
}

static void
refused_for_good_is_dropped(void **state)
{
	struct bench *bench = *state;

	peer_set(bench->peer, "/inbox", &(struct peer_answer){ .status = 400 });
	deliver(bench, 1, "{\"type\":\"Create\"}");
	wait_for(bench, queue_is_empty, "the delivery is dropped");
	assert_int_equal(peer_hits(bench->peer, "/inbox"), 1);
}

static void
a_gone_inbox_ends_the_follow_and_its_deliveries(void **state)
{
	struct bench *bench = *state;
	int64_t followers = -1;

	peer_set(bench->peer, "/inbox", &(struct peer_answer){ .status = 410 });
	deliver(bench, 1, "{\"type\":\"Create\"}");
	deliver(bench, 1, "{\"type\":\"Update\"}");
	wait_for(bench, queue_is_empty, "the deliveries are dropped");
	assert_int_equal(
	    follow_count_followers(bench->db, bench->author, &followers), 0);
	assert_int_equal(followers, 0);
}

static void
deliveries_of_one_key_arrive_in_order(void **state)
{
	struct bench *bench = *state;
	char expected[64];
	size_t seen = 0;

	peer_set(bench->peer, "/inbox",
	    &(struct peer_answer){
		.status = 202, .before = 1, .before_status = 503 });
	for (int i = 0; i < 5; i++) {
		(void)snprintf(expected, sizeof(expected), "{\"n\":%d}", i);
		deliver(bench, 7, arena_strdup(bench->arena, expected));
	}
	wait_for(bench, queue_is_empty, "all are recorded");
	for (size_t i = 0; i < peer_hits(bench->peer, "/inbox"); i++) {
		const struct peer_request *got =
		    peer_request(bench->peer, "/inbox", i);

		if (got->status != 202)
			continue;
		(void)snprintf(
		    expected, sizeof(expected), "{\"n\":%zu}", seen++);
		assert_string_equal(got->body, expected);
	}
	assert_int_equal(seen, 5);
}

static bool
host_is_down(struct bench *bench)
{
	struct host host;

	return host_get(bench->db, bench->arena, bench->host, &host) == 0 &&
	       host.down_since != 0;
}

static void
a_server_that_returns_gets_all_that_waited(void **state)
{
	struct bench *bench = *state;
	uint16_t port = peer_port(bench->peer);
	struct delivery *rows;
	int64_t tried = 0;
	size_t count;

	peer_free(&bench->peer);
	for (int i = 0; i < 20; i++) {
		mail = (struct mail){ .key = i,
			.document = "{\"type\":\"Create\"}",
			.inbox = arena_printf(
			    bench->arena, "http://peer.test:%u/inbox", port) };
		write_with(bench, post_mail);
	}
	wait_for(bench, host_is_down, "the host is found to be down");
	assert_int_equal(queue_of_host(bench->db, bench->arena, bench->host, 0,
			     100, &rows, &count),
	    0);
	assert_int_equal(count, 20);
	for (size_t i = 0; i < count; i++)
		tried += rows[i].attempts;
	/* A few at once at first, a probe now and then since. */
	assert_in_range(tried, 1, 10);
	bench->peer = peer_new(port);
	peer_set(bench->peer, "/inbox", &(struct peer_answer){ .status = 202 });
	wait_for(bench, queue_is_empty, "all are delivered");
	assert_int_equal(peer_hits(bench->peer, "/inbox"), 20);
	assert_false(host_is_down(bench));
}

static void
a_forbidden_inbox_address_is_never_contacted(void **state)
{
	struct bench *bench = *state;

	mail = (struct mail){ .key = 1,
		.document = "{}",
		.inbox = arena_printf(bench->arena, "http://evil.test:%u/inbox",
		    peer_port(bench->peer)) };
	write_with(bench, post_mail);
	wait_for(bench, host_is_down, "the address is refused");
	assert_int_equal(peer_hits(bench->peer, "/inbox"), 0);
}

static int
drop_all(struct bench *bench, struct db *db)
{
	int64_t count;

	return queue_drop(db, 0,
	    arena_printf(bench->arena, "peer.test:%u", peer_port(bench->peer)),
	    &count);
}

static void
one_dropped_while_it_was_sent_does_not_take_the_next_along(void **state)
{
	struct bench *bench = *state;

	peer_set(bench->peer, "/inbox",
	    &(struct peer_answer){ .status = 202, .delay_ms = 2000 });
	deliver(bench, 1, "{\"n\":1}");
	assert_true(peer_wait(bench->peer, "/inbox", 1));
	write_with(bench, drop_all);
	deliver(bench, 2, "{\"n\":2}"); /* with the same id */
	assert_true(peer_wait(bench->peer, "/inbox", 2));
	assert_string_equal(
	    peer_request(bench->peer, "/inbox", 1)->body, "{\"n\":2}");
	wait_for(bench, queue_is_empty, "the second is recorded");
}

static void
a_stop_does_not_wait_for_a_server_that_hangs(void **state)
{
	struct bench *bench = *state;
	int64_t began;
	struct host host;

	peer_set(bench->peer, "/inbox", &(struct peer_answer){ .hang = true });
	deliver(bench, 1, "{\"type\":\"Create\"}");
	assert_true(peer_wait(bench->peer, "/inbox", 1));
	began = clock_monotonic_ms();
	stop_courier(bench);
	/* The request itself would go on for 30 s. */
	assert_in_range(clock_monotonic_ms() - began, 0, 20000);
	/* It is sent again after the next start. */
	assert_int_equal(
	    host_get(bench->db, bench->arena, bench->host, &host), 0);
	assert_int_equal(host.waiting_items, 1);
	assert_int_equal(host.failures, 0);
}

/* --- Reading --- */

/* A want whose uri is NULL was answered. */
static void
on_done(struct courier_want *want)
{
	want->uri = NULL;
}

static void
ask(struct bench *bench, struct courier_want *want)
{
	int64_t until = clock_monotonic_ms() + WAIT_MS;

	want->reply = bench->mailbox;
	want->done = on_done;
	courier_want(bench->node.courier, want);
	while (want->uri != NULL) {
		if (clock_monotonic_ms() > until)
			fail_msg("no answer about %s", want->uri);
		mailbox_wait(bench->mailbox, STEP_MS);
		mailbox_drain(bench->mailbox);
	}
}

static enum verdict
show(struct bench *bench, const char *path, char error[WANT_ERROR_SIZE])
{
	struct courier_want want = {
		.kind = WANT_SHOW,
		.uri = at_peer(bench, path),
	};

	ask(bench, &want);
	(void)snprintf(error, WANT_ERROR_SIZE, "%s", want.error);
	free(want.found);
	free(want.document);
	return want.verdict;
}

static const char *
note(struct bench *bench, const char *id)
{
	return arena_printf(bench->arena,
	    "{\"@context\":\"https://www.w3.org/ns/activitystreams\","
	    "\"type\":\"Note\",\"id\":\"%s\",\"attributedTo\":\"%s\","
	    "\"content\":\"<p>texte</p>\","
	    "\"published\":\"2026-01-01T00:00:00Z\","
	    "\"to\":\"https://www.w3.org/ns/activitystreams#Public\"}",
	    id, at_peer(bench, "/actor"));
}

static const char *
actor_document(struct bench *bench)
{
	const char *id = at_peer(bench, "/actor");
	json_t *document;
	const char *text;
	char *pem;

	assert_int_equal(key_pem(their_key, bench->arena, &pem), 0);
	document = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:{s:s,s:s,s:s}}",
	    "@context", "https://www.w3.org/ns/activitystreams", "type",
	    "Person", "id", id, "preferredUsername", "them", "inbox",
	    at_peer(bench, "/inbox"), "outbox", at_peer(bench, "/outbox"),
	    "publicKey", "id", at_peer(bench, "/actor#main-key"), "owner", id,
	    "publicKeyPem", pem);
	text = json_write(bench->arena, document);
	json_decref(document);
	return text;
}

static void
a_document_is_read_by_a_signed_request(void **state)
{
	struct bench *bench = *state;
	char error[WANT_ERROR_SIZE];
	enum httpsig_form form;

	peer_set(bench->peer, "/note",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = note(bench, at_peer(bench, "/note")) });
	assert_int_equal(show(bench, "/note", error), VERDICT_ACCEPTED);
	assert_int_equal(
	    verify(bench, peer_request(bench->peer, "/note", 0), &form),
	    HTTPSIG_OK);
}

static void
a_redirect_to_a_forbidden_address_is_refused(void **state)
{
	struct bench *bench = *state;
	char error[WANT_ERROR_SIZE];

	peer_set(bench->peer, "/away",
	    &(struct peer_answer){ .status = 302,
		.location = arena_printf(bench->arena,
		    "http://evil.test:%u/note", peer_port(bench->peer)) });
	assert_int_equal(show(bench, "/away", error), VERDICT_REFUSED);
	peer_set(bench->peer, "/away",
	    &(struct peer_answer){
		.status = 301, .location = "http://127.0.0.2/" });
	assert_int_equal(show(bench, "/away", error), VERDICT_REFUSED);
	assert_int_equal(peer_hits(bench->peer, "/note"), 0);
}

static void
redirects_in_a_ring_end(void **state)
{
	struct bench *bench = *state;
	char error[WANT_ERROR_SIZE];

	peer_set(bench->peer, "/ring",
	    &(struct peer_answer){ .status = 302, .location = "/ring" });
	assert_int_equal(show(bench, "/ring", error), VERDICT_BAD_ANSWER);
	assert_int_equal(peer_hits(bench->peer, "/ring"), 3);
}

static void
a_body_that_is_too_large_is_not_read(void **state)
{
	struct bench *bench = *state;
	size_t size = 100 * 1024;
	char *body = arena_alloc(bench->arena, size + 1);
	char error[WANT_ERROR_SIZE];

	memset(body, ' ', size);
	peer_set(bench->peer, "/large",
	    &(struct peer_answer){
		.status = 200, .type = ACTIVITY_TYPE, .body = body });
	assert_int_equal(show(bench, "/large", error), VERDICT_BAD_ANSWER);
	assert_non_null(strstr(error, "too large"));
}

static size_t
compress_zeros(char *ret, size_t size)
{
	static uint8_t zeros[65536];
	z_stream stream = { .next_out = (Bytef *)ret, .avail_out = (uInt)size };

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9,
			     Z_DEFAULT_STRATEGY),
	    Z_OK);
	for (int i = 0; i < 128; i++) { /* 8 MiB */
		stream.next_in = zeros;
		stream.avail_in = sizeof(zeros);
		assert_int_equal(
		    deflate(&stream, i == 127 ? Z_FINISH : Z_NO_FLUSH),
		    i == 127 ? Z_STREAM_END : Z_OK);
	}
	size = stream.total_out;
	deflateEnd(&stream);
	return size;
}

static void
a_compressed_bomb_is_not_read(void **state)
{
	struct bench *bench = *state;
	char *body = arena_alloc(bench->arena, 65536);
	size_t len = compress_zeros(body, 65536);
	char error[WANT_ERROR_SIZE];

	assert_in_range(len, 1, 15000); /* below the limit as it travels */
	peer_set(bench->peer, "/bomb",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = body,
		.len = len,
		.gzip = true });
	assert_int_equal(show(bench, "/bomb", error), VERDICT_BAD_ANSWER);
	assert_non_null(strstr(error, "too large"));
}

static void
other_media_types_are_refused(void **state)
{
	static const char *const types[] = { "text/html", "application/json",
		"application/ld+json", NULL };
	struct bench *bench = *state;
	char error[WANT_ERROR_SIZE];

	for (size_t i = 0; i < N_ELEMENTS(types); i++) {
		peer_set(bench->peer, "/typed",
		    &(struct peer_answer){ .status = 200,
			.type = types[i],
			.body = note(bench, at_peer(bench, "/typed")) });
		assert_int_equal(
		    show(bench, "/typed", error), VERDICT_BAD_ANSWER);
	}
}

static void
a_document_with_the_id_of_another_is_refused(void **state)
{
	struct bench *bench = *state;
	char error[WANT_ERROR_SIZE];

	/* Of another server, which may not even be asked. */
	peer_set(bench->peer, "/fake",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = note(bench, "https://evil.test/note") });
	assert_int_equal(show(bench, "/fake", error), VERDICT_REFUSED);
	/* Of another document there, which says that it is yet another. */
	peer_set(bench->peer, "/one",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = note(bench, at_peer(bench, "/two")) });
	peer_set(bench->peer, "/two",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = note(bench, at_peer(bench, "/three")) });
	assert_int_equal(show(bench, "/one", error), VERDICT_WRONG_ORIGIN);
	assert_int_equal(peer_hits(bench->peer, "/three"), 0);
}

static void
an_alias_is_read_again_by_its_id(void **state)
{
	struct bench *bench = *state;
	struct courier_want want = {
		.kind = WANT_SHOW,
		.uri = at_peer(bench, "/@page"),
	};
	struct peer_answer answer = { .status = 200, .type = ACTIVITY_TYPE };

	answer.body = note(bench, at_peer(bench, "/real"));
	peer_set(bench->peer, "/@page", &answer);
	peer_set(bench->peer, "/real", &answer);
	ask(bench, &want);
	assert_int_equal(want.verdict, VERDICT_ACCEPTED);
	assert_string_equal(want.found, at_peer(bench, "/real"));
	assert_int_equal(peer_hits(bench->peer, "/real"), 1);
	free(want.found);
	free(want.document);
}

static void
what_is_gone_or_unknown_is_said_to_be(void **state)
{
	struct bench *bench = *state;
	char error[WANT_ERROR_SIZE];

	peer_set(bench->peer, "/gone", &(struct peer_answer){ .status = 410 });
	assert_int_equal(show(bench, "/gone", error), VERDICT_GONE);
	assert_int_equal(show(bench, "/nothing", error), VERDICT_UNKNOWN);
}

static void
ten_wants_of_a_key_are_one_request(void **state)
{
	struct bench *bench = *state;
	struct courier_want wants[10];
	struct actor_key key;

	peer_set(bench->peer, "/actor",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = actor_document(bench) });
	for (size_t i = 0; i < N_ELEMENTS(wants); i++) {
		wants[i] = (struct courier_want){
			.kind = WANT_KEY,
			.uri = at_peer(bench, "/actor#main-key"),
			.reply = bench->mailbox,
			.done = on_done,
		};
		if (i + 1 < N_ELEMENTS(wants))
			courier_want(bench->node.courier, &wants[i]);
	}
	ask(bench, &wants[9]);
	for (size_t i = 0; i < N_ELEMENTS(wants); i++) {
		assert_null(wants[i].uri);
		assert_int_equal(wants[i].verdict, VERDICT_ACCEPTED);
		assert_string_equal(wants[i].found, at_peer(bench, "/actor"));
		free(wants[i].found);
	}
	assert_int_equal(peer_hits(bench->peer, "/actor"), 1);
	assert_int_equal(actor_key_by_uri(bench->db, bench->arena,
			     at_peer(bench, "/actor#main-key"), &key),
	    0);
	assert_int_equal(key.kind, KEY_RSA);
}

static void
a_key_that_its_owner_does_not_list_is_no_key(void **state)
{
	struct bench *bench = *state;
	struct courier_want want = {
		.kind = WANT_KEY,
		.uri = at_peer(bench, "/actor#other-key"),
	};

	peer_set(bench->peer, "/actor",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = actor_document(bench) });
	ask(bench, &want);
	assert_int_equal(want.verdict, VERDICT_NO_KEY);
	assert_null(want.found);
}

static void
a_key_with_a_document_of_its_own_leads_to_its_owner(void **state)
{
	struct bench *bench = *state;
	const char *key_uri = at_peer(bench, "/actor/key");
	struct courier_want want = { .kind = WANT_KEY, .uri = key_uri };
	json_t *document = json_pack("{s:s,s:s,s:s,s:s}", "id", key_uri, "type",
	    "Key", "owner", at_peer(bench, "/actor"), "publicKeyPem",
	    "not looked at");

	peer_set(bench->peer, "/actor/key",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = json_write(bench->arena, document) });
	json_decref(document);
	/* The owner lists another key only. */
	peer_set(bench->peer, "/actor",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = actor_document(bench) });
	ask(bench, &want);
	assert_int_equal(want.verdict, VERDICT_NO_KEY);
	assert_int_equal(peer_hits(bench->peer, "/actor"), 1);
}

static void
an_object_is_stored_with_its_author(void **state)
{
	struct bench *bench = *state;
	struct courier_want want = {
		.kind = WANT_OBJECT,
		.uri = at_peer(bench, "/note"),
	};
	struct object object;

	peer_set(bench->peer, "/actor",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = actor_document(bench) });
	peer_set(bench->peer, "/note",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = note(bench, at_peer(bench, "/note")) });
	ask(bench, &want);
	assert_int_equal(want.verdict, VERDICT_ACCEPTED);
	assert_int_equal(
	    object_by_uri(bench->db, bench->arena, want.found, &object), 0);
	assert_string_equal(object.actor_uri, at_peer(bench, "/actor"));
	free(want.found);
}

/* --- Tasks --- */

static struct task task;

static int
post_task(struct bench *bench, struct db *db)
{
	(void)bench;
	task.next_at = task.created_at = clock_now();
	return task_add(db, &task);
}

static bool
no_task_waits(struct bench *bench)
{
	int64_t at;

	(void)bench;
	return task_next_at(bench->db, &at) == -ENOENT;
}

static int
undo_announce(struct bench *bench, struct db *db)
{
	return task_remove_announced(
	    db, bench->remote, at_peer(bench, "/announce/1"), NULL);
}

static bool
note_is_stored(struct bench *bench)
{
	struct object object;

	return object_by_uri(bench->db, bench->arena, at_peer(bench, "/note"),
		   &object) == 0;
}

static int
follow_them(struct bench *bench, struct db *db)
{
	struct follow follow;
	int r = follow_put(
	    db, "https://node.example/a/f", bench->author, bench->remote, 1);

	if (r == 0)
		r = follow_get(
		    db, bench->arena, bench->author, bench->remote, &follow);
	return r != 0 ? r : follow_decide(db, follow.id, FOLLOW_ACCEPTED, 1);
}

static void
a_follow_task_finds_the_actor_and_asks_it(void **state)
{
	struct bench *bench = *state;
	struct follow follow;
	struct actor them;

	peer_set(bench->peer, "/inbox", &(struct peer_answer){ .status = 202 });
	peer_set(bench->peer, "/actor",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = actor_document(bench) });
	task = (struct task){ .kind = TASK_FOLLOW,
		.uri = at_peer(bench, "/actor"),
		.actor_id = bench->author,
		.argument = "https://node.example/o/author" };
	write_with(bench, post_task);
	assert_true(peer_wait(bench->peer, "/inbox", 1));
	assert_non_null(
	    strstr(peer_request(bench->peer, "/inbox", 0)->body, "Follow"));
	assert_int_equal(actor_by_uri(bench->db, bench->arena,
			     at_peer(bench, "/actor"), &them),
	    0);
	assert_int_equal(follow_get(bench->db, bench->arena, bench->author,
			     them.id, &follow),
	    0);
	assert_int_equal(follow.state, FOLLOW_PENDING);
	wait_for(bench, no_task_waits, "the task is done");
}

static void
ask_for_followers(struct bench *bench, const char *items)
{
	const char *url = at_peer(bench, "/followers_synchronization");

	peer_set(bench->peer, "/followers_synchronization",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = arena_printf(bench->arena,
		    "{\"type\":\"OrderedCollection\",\"id\":\"%s\","
		    "\"orderedItems\":[%s]}",
		    url, items) });
	task = (struct task){ .kind = TASK_FOLLOWERS,
		.uri = at_peer(bench, "/followers"),
		.actor_id = bench->remote,
		.argument = url };
	write_with(bench, post_task);
	wait_for(bench, no_task_waits, "the lists are compared");
}

static void
a_follow_that_the_other_side_does_not_list_ends(void **state)
{
	struct bench *bench = *state;
	struct follow follow;

	write_with(bench, follow_them);
	ask_for_followers(bench, "\"https://node.example/o/author\"");
	assert_int_equal(follow_get(bench->db, bench->arena, bench->author,
			     bench->remote, &follow),
	    0);
	ask_for_followers(bench, "\"https://other.example/o/author\"");
	assert_int_equal(follow_get(bench->db, bench->arena, bench->author,
			     bench->remote, &follow),
	    -ENOENT);
}

static void
a_follow_that_only_the_other_side_lists_is_taken_back(void **state)
{
	struct bench *bench = *state;
	struct follow follow;

	peer_set(bench->peer, "/inbox", &(struct peer_answer){ .status = 202 });
	ask_for_followers(bench, "\"https://node.example/o/author\"");
	assert_true(peer_wait(bench->peer, "/inbox", 2));
	assert_non_null(
	    strstr(peer_request(bench->peer, "/inbox", 1)->body, "Undo"));
	assert_int_equal(follow_get(bench->db, bench->arena, bench->author,
			     bench->remote, &follow),
	    -ENOENT);
}

static void
an_announced_object_is_read_and_shown_to_followers(void **state)
{
	struct bench *bench = *state;
	struct timeline_entry *entries;
	size_t count;

	write_with(bench, follow_them);
	peer_set(bench->peer, "/actor",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = actor_document(bench) });
	/* At first it is out of reach. */
	peer_set(bench->peer, "/note",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = note(bench, at_peer(bench, "/note")),
		.before = 1,
		.before_status = 503 });
	task = (struct task){ .kind = TASK_OBJECT,
		.uri = at_peer(bench, "/note"),
		.actor_id = bench->remote,
		.argument = at_peer(bench, "/announce/1") };
	write_with(bench, post_task);
	wait_for(bench, no_task_waits, "the object is read");
	assert_int_equal(timeline_list(bench->db, bench->arena, bench->author,
			     0, 10, &entries, &count),
	    0);
	assert_int_equal(count, 1);
	assert_string_equal(entries[0].object.uri, at_peer(bench, "/note"));
	assert_string_equal(entries[0].via_uri, at_peer(bench, "/follower"));
}

static void
an_announce_that_is_undone_while_its_object_is_read_shows_nothing(void **state)
{
	struct bench *bench = *state;
	struct timeline_entry *entries;
	size_t count;

	write_with(bench, follow_them);
	peer_set(bench->peer, "/actor",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = actor_document(bench) });
	peer_set(bench->peer, "/note",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = note(bench, at_peer(bench, "/note")),
		.delay_ms = 2000 });
	task = (struct task){ .kind = TASK_OBJECT,
		.uri = at_peer(bench, "/note"),
		.actor_id = bench->remote,
		.argument = at_peer(bench, "/announce/1") };
	write_with(bench, post_task);
	assert_true(peer_wait(bench->peer, "/note", 1));
	write_with(bench, undo_announce);
	wait_for(bench, note_is_stored, "the object is read");
	stop_courier(bench); /* after what it began */
	assert_int_equal(timeline_list(bench->db, bench->arena, bench->author,
			     0, 10, &entries, &count),
	    0);
	assert_int_equal(count, 0);
}

static int
add_crowd(struct bench *bench, struct db *db)
{
	int r = 0;

	for (int i = 0; r == 0 && i < CROWD; i++) {
		struct actor actor = {
			.kind = ACTOR_PROFILE,
			.uri = arena_printf(
			    bench->arena, "https://node.example/o/%d", i),
			.type = "Person",
			.username = arena_printf(bench->arena, "u%d", i),
			.inbox = "https://node.example/o/x/inbox",
			.created_at = 1,
			.updated_at = 1,
		};
		int64_t id = 0;

		r = actor_create(db, &actor, &id);
		if (r == 0)
			r = add_key(bench, db, id,
			    arena_printf(bench->arena, "%s#k", actor.uri));
	}
	return r;
}

/* A list of all whom we have must not have us write to all of them. */
static void
only_so_many_follows_are_taken_back_at_once(void **state)
{
	struct bench *bench = *state;
	const char *items = "\"https://node.example/o/0\"";

	peer_set(bench->peer, "/inbox", &(struct peer_answer){ .status = 202 });
	write_with(bench, add_crowd);
	for (int i = 1; i < CROWD; i++)
		items = arena_printf(
		    bench->arena, "%s,\"https://node.example/o/%d\"", items, i);
	ask_for_followers(bench, items);
	wait_for(bench, queue_is_empty, "the follows are taken back");
	assert_int_equal(peer_hits(bench->peer, "/inbox"), 2 * 16);
}

static void
a_host_is_asked_for_its_software(void **state)
{
	struct bench *bench = *state;
	struct host host;

	peer_set(bench->peer, "/.well-known/nodeinfo",
	    &(struct peer_answer){ .status = 200,
		.type = "application/json",
		.body = arena_printf(bench->arena,
		    "{\"links\":[{\"rel\":\"http://nodeinfo.diaspora."
		    "software/ns/schema/2.1\",\"href\":\"%s\"}]}",
		    at_peer(bench, "/nodeinfo")) });
	peer_set(bench->peer, "/nodeinfo",
	    &(struct peer_answer){ .status = 200,
		.type = "application/json",
		.body = "{\"software\":{\"name\":\"peer\","
			"\"version\":\"1.2\"}}" });
	task =
	    (struct task){ .kind = TASK_NODEINFO, .uri = at_peer(bench, "/") };
	write_with(bench, post_task);
	wait_for(bench, no_task_waits, "NodeInfo is read");
	assert_int_equal(
	    host_get(bench->db, bench->arena, bench->host, &host), 0);
	assert_string_equal(host.software, "peer 1.2");
}

/* Two GETs to know whom one deals with, and two more per host and week. */
static void
a_first_contact_takes_few_requests(void **state)
{
	struct bench *bench = *state;
	struct courier_want want = {
		.kind = WANT_KEY,
		.uri = at_peer(bench, "/actor#main-key"),
	};
	const char *software = "/.well-known/nodeinfo";

	peer_set(bench->peer, "/actor",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = actor_document(bench) });
	ask(bench, &want);
	assert_int_equal(want.verdict, VERDICT_ACCEPTED);
	free(want.found);
	wait_for(bench, no_task_waits, "the host is asked for its software");
	want = (struct courier_want){ .kind = WANT_ACTOR,
		.uri = at_peer(bench, "/actor"),
		.refresh = true };
	ask(bench, &want);
	assert_int_equal(want.verdict, VERDICT_ACCEPTED);
	free(want.found);
	assert_true(no_task_waits(bench));
	assert_int_equal(peer_hits(bench->peer, "/actor"), 2);
	assert_int_equal(peer_hits(bench->peer, software), 1);
	assert_int_equal(peer_total(bench->peer), 3);
}

static void
an_actor_may_have_several_types(void **state)
{
	struct bench *bench = *state;
	struct courier_want want = {
		.kind = WANT_ACTOR,
		.uri = at_peer(bench, "/actor"),
	};
	CLEANUP(json_release) json_t *document = NULL;
	const char *text = actor_document(bench);
	char error[WANT_ERROR_SIZE];

	assert_int_equal(json_read(text, strlen(text), &document, error), 0);
	(void)json_object_set_new(document, "type",
	    json_pack("[s,s]", "http://xmlns.com/foaf/0.1/Person", "Person"));
	peer_set(bench->peer, "/actor",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = json_write(bench->arena, document) });
	ask(bench, &want);
	assert_int_equal(want.verdict, VERDICT_ACCEPTED);
	free(want.found);
	assert_int_equal(show(bench, "/actor", error), VERDICT_ACCEPTED);
}

/* Who has one name has all those below it, and may let us wait on each. */
static void
a_site_that_hangs_does_not_take_all_places(void **state)
{
	struct bench *bench = *state;
	struct courier_want wants[8];
	char error[WANT_ERROR_SIZE];

	peer_set(bench->peer, "/hang", &(struct peer_answer){ .hang = true });
	peer_set(bench->peer, "/note",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = note(bench, at_peer(bench, "/note")) });
	for (size_t i = 0; i < N_ELEMENTS(wants); i++) {
		wants[i] = (struct courier_want){
			.kind = WANT_SHOW,
			.uri = arena_printf(bench->arena,
			    "http://%c.wild.test:%u/hang", "abcd"[i / 2],
			    peer_port(bench->peer)),
			.reply = bench->mailbox,
			.done = on_done,
		};
		courier_want(bench->node.courier, &wants[i]);
	}
	assert_true(peer_wait(bench->peer, "/hang", 2));
	assert_int_equal(show(bench, "/note", error), VERDICT_ACCEPTED);
	assert_int_equal(peer_hits(bench->peer, "/hang"), 2);
	stop_courier(bench);
	mailbox_drain(bench->mailbox);
	for (size_t i = 0; i < N_ELEMENTS(wants); i++)
		assert_null(wants[i].uri);
}

static void
what_another_server_says_carries_no_control_characters(void **state)
{
	struct bench *bench = *state;
	char error[WANT_ERROR_SIZE];

	peer_set(bench->peer, "/typed",
	    &(struct peer_answer){
		.status = 200, .type = "text/\x1b[31mhtml", .body = "x" });
	assert_int_equal(show(bench, "/typed", error), VERDICT_BAD_ANSWER);
	assert_non_null(strstr(error, "type"));
	assert_null(strchr(error, '\x1b'));
}

static void
a_reload_changes_what_may_be_contacted(void **state)
{
	struct bench *bench = *state;
	struct settings *strict = make_settings(bench);
	char error[WANT_ERROR_SIZE];

	peer_set(bench->peer, "/note",
	    &(struct peer_answer){ .status = 200,
		.type = ACTIVITY_TYPE,
		.body = note(bench, at_peer(bench, "/note")) });
	assert_int_equal(show(bench, "/note", error), VERDICT_ACCEPTED);
	strict->outbound_allow_http = false;
	node_replace_settings(&bench->node, strict);
	courier_poke(bench->node.courier, 0);
	/* The poke is taken with the loop's next turn, before or after. */
	while (show(bench, "/note", error) == VERDICT_ACCEPTED)
		assert_in_range(peer_hits(bench->peer, "/note"), 1, 50);
	assert_non_null(strstr(error, "https"));
}

static int
make_keys(void **state)
{
	(void)state;
	return key_generate(KEY_RSA, &our_key) != 0 ||
	       key_generate(KEY_RSA, &their_key) != 0;
}

static bool
resolver_is_asked(struct bench *bench)
{
	(void)bench;
	return atomic_load(&resolver_waiting) > 0;
}

static bool
resolver_is_done(struct bench *bench)
{
	(void)bench;
	return atomic_load(&resolver_waiting) == 0;
}

/* libcurl would wait for its resolver's thread when a request ends. */
static void
a_name_server_that_hangs_holds_up_nobody(void **state)
{
	struct bench *bench = *state;
	struct courier_want want = { .kind = WANT_SHOW,
		.uri = "https://slow.test/note" };

	resolver_hold(true);
	ask(bench, &want);
	assert_int_equal(want.verdict, VERDICT_UNREACHABLE);
	assert_true(resolver_is_asked(bench));
	peer_set(bench->peer, "/inbox", &(struct peer_answer){ .status = 202 });
	deliver(bench, 1, "{\"n\":1}");
	assert_true(peer_wait(bench->peer, "/inbox", 1));
	wait_for(bench, queue_is_empty, "it is recorded");
	resolver_hold(false);
	wait_for(bench, resolver_is_done, "the resolver ends");
}

static int
free_keys(void **state)
{
	(void)state;
	key_free(&our_key);
	key_free(&their_key);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_delivery_arrives_signed_with_the_followers_digest),
		TEST(a_server_that_failed_gets_it_again_newly_signed),
		TEST(the_other_form_is_tried_once_and_remembered),
		TEST(refused_for_good_is_dropped),
		TEST(a_gone_inbox_ends_the_follow_and_its_deliveries),
		TEST(deliveries_of_one_key_arrive_in_order),
		TEST(a_server_that_returns_gets_all_that_waited),
		TEST(a_forbidden_inbox_address_is_never_contacted),
		TEST(
		    one_dropped_while_it_was_sent_does_not_take_the_next_along),
		TEST(a_stop_does_not_wait_for_a_server_that_hangs),
		TEST(a_document_is_read_by_a_signed_request),
		TEST(a_redirect_to_a_forbidden_address_is_refused),
		TEST(redirects_in_a_ring_end),
		TEST(a_body_that_is_too_large_is_not_read),
		TEST(a_compressed_bomb_is_not_read),
		TEST(other_media_types_are_refused),
		TEST(a_document_with_the_id_of_another_is_refused),
		TEST(an_alias_is_read_again_by_its_id),
		TEST(what_is_gone_or_unknown_is_said_to_be),
		TEST(ten_wants_of_a_key_are_one_request),
		TEST(a_key_that_its_owner_does_not_list_is_no_key),
		TEST(a_key_with_a_document_of_its_own_leads_to_its_owner),
		TEST(an_object_is_stored_with_its_author),
		TEST(a_follow_task_finds_the_actor_and_asks_it),
		TEST(a_follow_that_the_other_side_does_not_list_ends),
		TEST(a_follow_that_only_the_other_side_lists_is_taken_back),
		TEST(an_announced_object_is_read_and_shown_to_followers),
		TEST(
		    an_announce_that_is_undone_while_its_object_is_read_shows_nothing),
		TEST(only_so_many_follows_are_taken_back_at_once),
		TEST(a_host_is_asked_for_its_software),
		TEST(a_first_contact_takes_few_requests),
		TEST(an_actor_may_have_several_types),
		TEST(a_site_that_hangs_does_not_take_all_places),
		TEST(what_another_server_says_carries_no_control_characters),
		TEST(a_name_server_that_hangs_holds_up_nobody),
		TEST(a_reload_changes_what_may_be_contacted),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
