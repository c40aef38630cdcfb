/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/base/buf.h"
#include "config/settings.h"
#include "config/settings_table.h"

#define LEAST "[node]\ndomain = a.example\n[listen]\nhttp = 127.0.0.1:80\n"

static struct settings *
parsed(const char *text)
{
	char error[SETTINGS_ERROR_SIZE] = "";
	struct settings *settings = NULL;

	if (settings_parse(text, strlen(text), "t.conf", &settings, error) != 0)
		fail_msg("%s", error);
	return settings;
}

static void
least_file_gets_defaults(void **state)
{
	CLEANUP(settings_free) struct settings *settings = parsed(LEAST);

	(void)state;
	assert_string_equal(settings->file, "t.conf");
	assert_string_equal(settings->node_domain, "a.example");
	assert_string_equal(settings_base_url(settings), "https://a.example");
	assert_string_equal(settings->node_data, "/var/lib/parvis");
	assert_string_equal(settings->node_log_level, "info");
	assert_string_equal(settings->listen_certificate, "");
	assert_int_equal(settings->listen_https.count, 0);
	assert_int_equal(settings->listen_http.count, 1);
	assert_string_equal(settings->listen_http.items[0], "127.0.0.1:80");
	assert_int_equal(settings->listen_connections, 4096);
	assert_int_equal(settings->delivery_host_bytes, 67108864);
	assert_false(settings->outbound_allow_http);
}

static void
every_type_is_read(void **state)
{
	CLEANUP(settings_free)
	struct settings *settings =
	    parsed("# comment\n; another\n\n"
		   "  [node]  # spaces in front do not matter\n"
		   "\tdomain = Chevreuse.LOCALHOST:8441\r\n"
		   "data = /srv/a folder ; and a comment\n"
		   "[listen]\n"
		   "https = 0.0.0.0:443, [::]:443\n"
		   "  https=192.0.2.1:444\n"
		   "http = unix:/run/p [::1]:80,127.1.2.3:80\n"
		   "certificate = /c\nkey : /k\n"
		   "threads = 8\n"
		   "trusted_proxies = unix 10.0.0.0/8 2001:db8::1 fd00::/8\n"
		   "[outbound]\n"
		   "allow_http = Yes\n"
		   "allow_ports = any 8441\n"
		   "allow_networks = 127.0.0.0/8 ::/0\n"
		   "hosts = A.localhost=127.0.0.2 b=::1\n"
		   "[federation]\nauthorized_fetch = true\n"
		   "[delivery]\nhost_bytes = 4294967296\n"
		   "[node]\ncontrol_users =\n");

	(void)state;
	assert_string_equal(settings->node_domain, "chevreuse.localhost:8441");
	assert_string_equal(
	    settings_base_url(settings), "https://chevreuse.localhost:8441");
	assert_string_equal(settings->node_data, "/srv/a folder");
	assert_int_equal(settings->listen_https.count, 3);
	assert_string_equal(settings->listen_https.items[1], "[::]:443");
	assert_string_equal(settings->listen_https.items[2], "192.0.2.1:444");
	assert_int_equal(settings->listen_http.count, 3);
	assert_string_equal(settings->listen_key, "/k");
	assert_int_equal(settings->listen_threads, 8);
	assert_int_equal(settings->listen_trusted_proxies.count, 4);
	assert_true(settings->outbound_allow_http);
	assert_string_equal(
	    settings->outbound_hosts.items[0], "a.localhost=127.0.0.2");
	assert_true(settings->federation_authorized_fetch);
	assert_false(settings->federation_sign_rfc9421_first);
	assert_true(settings->delivery_host_bytes == 4294967296);
	assert_int_equal(settings->node_control_users.count, 0);
}

/* A good file but for the value, which stands in no other line of it. */
static int
try_value(const char *section, const char *name, const char *value,
    char error[SETTINGS_ERROR_SIZE])
{
	CLEANUP(settings_free) struct settings *settings = NULL;
	CLEANUP(free_ptr)
	char *text = xasprintf(
	    "[node]\n%s[listen]\n%scertificate = /c\nkey = /k\n[%s]\n%s = %s\n",
	    strcmp(name, "domain") == 0 ? "" : "domain = a.example\n",
	    strcmp(name, "http") == 0 ? "" : "http = unix:/x\n", section, name,
	    value);

	return settings_parse(text, strlen(text), "t.conf", &settings, error);
}

static void
values_are_taken_or_refused(void **state)
{
	static const struct {
		const char *section, *name, *value;
		bool fine;
	} rows[] = {
		{ "node", "domain", "a", true },
		{ "node", "domain", "xn--valle-de-chevreuse-dqb.example",
		    true },
		{ "node", "domain", "a-1.b2.example:65535", true },
		{ "node", "domain", "1a.example", true },
		{ "node", "domain", "", false },
		{ "node", "domain", "https://a.example", false },
		{ "node", "domain", "a.example/", false },
		{ "node", "domain", "a.example.", false },
		{ "node", "domain", ".a.example", false },
		{ "node", "domain", "a..example", false },
		{ "node", "domain", "-a.example", false },
		{ "node", "domain", "a-.example", false },
		{ "node", "domain", "a_b.example", false },
		{ "node", "domain",
		    "vall\xc3\xa9"
		    "e.example",
		    false },
		{ "node", "domain", "192.0.2.1", false },
		{ "node", "domain", "[::1]", false },
		{ "node", "domain", "a.example:", false },
		{ "node", "domain", "a.example:0", false },
		{ "node", "domain", "a.example:65536", false },
		{ "node", "domain", "a.example:080", false },
		{ "node", "domain", "a.example:1:2", false },
		{ "node", "domain", "a@b.example", false },
		{ "node", "domain",
		    "a23456789012345678901234567890123456789012345678901234567"
		    "890123.example",
		    true },
		{ "node", "domain",
		    "a234567890123456789012345678901234567890123456789012345678"
		    "901234.example",
		    false },
		{ "node", "data", "relative", false },
		{ "node", "data", "", false },
		{ "node", "control", "/run/c", true },
		{ "node", "control",
		    "/2345678901234567890123456789012345678901234567890"
		    "12345678901234567890123456789012345678901234567890",
		    true },
		{ "node", "control",
		    "/2345678901234567890123456789012345678901234567890"
		    "12345678901234567890123456789012345678901234567890x",
		    false },
		{ "node", "control_users", "alice bob_2", true },
		{ "node", "control_users", "-alice", false },
		{ "node", "control_users", "a/b", false },
		{ "node", "log_level", "debug", true },
		{ "node", "log_level", "verbose", false },
		{ "node", "log_level", "", false },
		{ "listen", "https", "0.0.0.0:443", true },
		{ "listen", "https", "[2001:db8::1]:443", true },
		{ "listen", "https", "443", false },
		{ "listen", "https", "*:443", false },
		{ "listen", "https", "localhost:443", false },
		{ "listen", "https", "::1:443", false },
		{ "listen", "https", "[192.0.2.1]:443", false },
		{ "listen", "https", "192.0.2.1:0", false },
		{ "listen", "https", "192.0.2.1:65536", false },
		{ "listen", "https", "192.0.2.1", false },
		{ "listen", "https", "[::1:443", false },
		{ "listen", "https", "[]:443", false },
		{ "listen", "https", "unix:/x", false },
		{ "listen", "http", "127.0.0.1:8080", true },
		{ "listen", "http", "127.255.0.1:8080", true },
		{ "listen", "http", "[::1]:8080", true },
		{ "listen", "http", "unix:/run/p", true },
		{ "listen", "http", "0.0.0.0:8080", false },
		{ "listen", "http", "[::]:8080", false },
		{ "listen", "http", "192.0.2.1:8080", false },
		{ "listen", "http", "[::ffff:127.0.0.1]:8080", false },
		{ "listen", "http", "unix:", false },
		{ "listen", "http", "unix:run/p", false },
		{ "listen", "trusted_proxies", "192.0.2.1", true },
		{ "listen", "trusted_proxies", "192.0.2.0/33", false },
		{ "listen", "trusted_proxies", "proxy.example", false },
		{ "listen", "threads", "0", true },
		{ "listen", "threads", "64", true },
		{ "listen", "threads", "65", false },
		{ "listen", "threads", "-1", false },
		{ "listen", "threads", "", false },
		{ "listen", "threads", "2 4", false },
		{ "listen", "threads", "99999999999999999999", false },
		{ "listen", "body_bytes", "1M", false },
		{ "outbound", "allow_networks", "127.0.0.0/8", true },
		{ "outbound", "allow_networks", "fd00::/128", true },
		{ "outbound", "allow_networks", "fd00::/129", false },
		{ "outbound", "allow_networks", "127.0.0.0/", false },
		{ "outbound", "allow_networks", "127.0.0.0/-1", false },
		{ "outbound", "allow_networks", "127.0.0.0/8/8", false },
		{ "outbound", "allow_networks", "127.0.0/8", false },
		{ "outbound", "allow_networks", "127.0.0.1", false },
		{ "outbound", "allow_networks", "any", false },
		{ "outbound", "allow_ports", "8441, 8442", true },
		{ "outbound", "allow_ports", "0", false },
		{ "outbound", "allow_ports", "65536", false },
		{ "outbound", "allow_ports", "all", false },
		{ "outbound", "hosts", "a.example=2001:db8::1", true },
		{ "outbound", "hosts", "a.example", false },
		{ "outbound", "hosts", "a.example=", false },
		{ "outbound", "hosts", "=127.0.0.1", false },
		{ "outbound", "hosts", "a b=127.0.0.1", false },
		{ "outbound", "hosts", "a.example=b.example", false },
		{ "outbound", "allow_http", "no", true },
		{ "outbound", "allow_http", "1", false },
		{ "outbound", "allow_http", "", false },
		{ "outbound", "ca_file", "", false },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char error[SETTINGS_ERROR_SIZE] = "";

		if (try_value(rows[i].section, rows[i].name, rows[i].value,
			error) != (rows[i].fine ? 0 : -EINVAL))
			fail_msg(
			    "%s = %s: %s", rows[i].name, rows[i].value, error);
		if (!rows[i].fine && (strncmp(error, "t.conf:", 7) != 0 ||
					 strstr(error, rows[i].name) == NULL))
			fail_msg(
			    "%s = %s: %s", rows[i].name, rows[i].value, error);
	}
}

static void
errors_name_file_line_and_what_is_allowed(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "", "t.conf:0: [node] domain is missing and must be given" },
		{ "[node]\n\n# end\n",
		    "t.conf:3: [node] domain is missing and must be given" },
		{ "[node]\ndomain = a.example\n",
		    "t.conf:2: [listen] https: nothing to listen on: https or "
		    "http must be given" },
		{ "[listen]\nthreads = 99\n",
		    "t.conf:2: [listen] threads = \"99\": must be a number of "
		    "threads from 0 to 64" },
		{ "[node]\n\n\nlog_level = loud\n",
		    "t.conf:4: [node] log_level = \"loud\": must be error, "
		    "warning, info or debug" },
		{ "[node]\ndomian = a.example\n",
		    "t.conf:2: [node] has no setting \"domian\"; see "
		    "parvis.conf(5)" },
		{ "[node]\nthreads = 2\n",
		    "t.conf:2: [node] has no setting \"threads\"; see "
		    "parvis.conf(5)" },
		{ "[nodes]\n",
		    "t.conf:1: unknown section \"nodes\"; sections are node, "
		    "listen, outbound, delivery, federation, relay, "
		    "network, replication" },
		{ "domain = a.example\n",
		    "t.conf:1: \"domain\" stands before any section; sections "
		    "are node, listen, outbound, delivery, federation, "
		    "relay, network, replication" },
		{ "[node\n", "t.conf:1: \"[node\": a section must end with ]" },
		{ "[node] x\n",
		    "t.conf:1: \"x\": nothing may follow a section" },
		{ "[node]\ndomain\n", "t.conf:2: \"domain\": must be a section "
				      "in brackets, key = "
				      "value, or a comment after #" },
		{ "[node]\ndomain ; = x\n",
		    "t.conf:2: must be a section in brackets, key = value, or "
		    "a comment after #" },
		{ "[node]\ndomain = a\n[node]\ndomain = b\n",
		    "t.conf:4: [node] domain = \"b\": was given on line 2 "
		    "already; only lists may be given several times" },
		{ "[outbound]\nallow_ports = 80\nallow_ports = 81 80\n",
		    "t.conf:3: [outbound] allow_ports = \"80\": is given "
		    "twice" },
		{ "[listen]\nhttps = 0.0.0.0:1 0.0.0.0:2 0.0.0.0:3 0.0.0.0:4\n"
		  "https = 0.0.0.0:5 0.0.0.0:6 0.0.0.0:7 0.0.0.0:8 0.0.0.0:9\n",
		    "t.conf:3: [listen] https = \"0.0.0.0:9\": at most 8 are "
		    "allowed" },
		{ "[node]\ndomain = a.example\n[listen]\nhttps = 0.0.0.0:443\n"
		  "key = /k\n",
		    "t.conf:4: [listen] https: https needs certificate and "
		    "key: "
		    "certificate is missing" },
		{ "[node]\ndomain = a.example\n[listen]\nhttps = 0.0.0.0:443\n"
		  "certificate = /c\n",
		    "t.conf:4: [listen] https: https needs certificate and "
		    "key: "
		    "key is missing" },
		{ LEAST "[delivery]\nfirst_retry_seconds = 100\n"
			"longest_retry_seconds = 99\n",
		    "t.conf:7: [delivery] longest_retry_seconds: must not be "
		    "less than first_retry_seconds" },
		{ "[node]\ndomain = a\x1b[31m\n",
		    "t.conf:2: the line has a control character (27)" },
		{ "[node]\ndomain = a\xff\n",
		    "t.conf:2: the line must be UTF-8 text" },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		char error[SETTINGS_ERROR_SIZE] = "";
		struct settings *settings = NULL;

		assert_int_equal(
		    settings_parse(rows[i].text, strlen(rows[i].text), "t.conf",
			&settings, error),
		    -EINVAL);
		assert_null(settings);
		assert_string_equal(error, rows[i].error);
	}
}

static void
lines_are_taken_up_to_198_bytes(void **state)
{
	(void)state;
	for (size_t len = 196; len < 202; len++) {
		CLEANUP(settings_free) struct settings *settings = NULL;
		CLEANUP(buf_done) struct buf buf;
		char error[SETTINGS_ERROR_SIZE] = "";
		int result;

		buf_init(&buf, 4096);
		buf_puts(&buf, LEAST "[node]\ndata = /");
		for (size_t i = strlen("data = /"); i < len; i++)
			buf_putc(&buf, 'x');
		result = settings_parse(
		    buf_str(&buf), buf.len, "t.conf", &settings, error);
		if (len <= 198) {
			assert_int_equal(result, 0);
			assert_int_equal(strlen(settings->node_data), len - 7);
			continue;
		}
		assert_int_equal(result, -EINVAL);
		assert_non_null(strstr(error, "t.conf:6: the line has "));
		assert_non_null(strstr(error, "at most 198 are allowed"));
	}
}

static void
byte_order_mark_and_missing_line_end_are_fine(void **state)
{
	CLEANUP(settings_free)
	struct settings *settings = parsed("\xef\xbb\xbf" LEAST "threads = 3");

	(void)state;
	assert_int_equal(settings->listen_threads, 3);
}

static void
indented_line_is_a_setting_of_its_own(void **state)
{
	CLEANUP(settings_free)
	struct settings *settings =
	    parsed(LEAST "http = 127.0.0.1:81\n    threads = 3\n");

	(void)state;
	assert_int_equal(settings->listen_threads, 3);
	assert_int_equal(settings->listen_http.count, 2);
}

static void
long_lists_keep_every_item(void **state)
{
	CLEANUP(settings_free) struct settings *settings = NULL;
	CLEANUP(buf_done) struct buf buf;

	(void)state;
	buf_init(&buf, 1 << 20);
	buf_puts(&buf, LEAST "[outbound]\n");
	for (int i = 0; i < 2048; i++)
		buf_printf(&buf, "hosts = n%d.localhost=127.0.%d.%d\n", i,
		    i / 256, i % 256);
	settings = parsed(buf_str(&buf));
	assert_int_equal(settings->outbound_hosts.count, 2048);
	assert_string_equal(
	    settings->outbound_hosts.items[0], "n0.localhost=127.0.0.0");
	assert_string_equal(settings->outbound_hosts.items[2047],
	    "n2047.localhost=127.0.7.255");
}

static void
file_that_cannot_be_read_is_named(void **state)
{
	char path[] = "parvis-settings-XXXXXX";
	char error[SETTINGS_ERROR_SIZE] = "";
	struct settings *settings = NULL;
	CLEANUP(free_ptr) char *file = NULL;
	FILE *out;

	(void)state;
	assert_non_null(mkdtemp(path));
	file = xasprintf("%s/parvis.conf", path);
	assert_int_equal(settings_load(file, &settings, error), -ENOENT);
	assert_non_null(strstr(error, file));
	assert_int_equal(settings_load(path, &settings, error), -EIO);
	assert_non_null(strstr(error, path));
	assert_null(settings);

	out = fopen(file, "w");
	assert_non_null(out);
	assert_true(fputs(LEAST, out) >= 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(settings_load(file, &settings, error), 0);
	assert_string_equal(settings->file, file);
	settings_free(&settings);
	assert_null(settings);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(path), 0);
}

static void
file_beyond_a_mebibyte_is_refused(void **state)
{
	CLEANUP(free_ptr) char *text = xcalloc(1, 1024 * 1024 + 1);
	char error[SETTINGS_ERROR_SIZE] = "";
	struct settings *settings = NULL;

	(void)state;
	memset(text, '\n', 1024 * 1024 + 1);
	assert_int_equal(
	    settings_parse(text, 1024 * 1024 + 1, "t.conf", &settings, error),
	    -EINVAL);
	assert_non_null(strstr(error, "at most 1048576 are allowed"));
}

static void
note_change(void *arg, const struct settings_change *change)
{
	struct buf *buf = arg;

	buf_printf(buf, "%s.%s%s ", change->section, change->name,
	    change->reloadable ? "" : "!");
}

static void
comparison_names_what_changed(void **state)
{
	static const struct {
		const char *added, *changes;
		bool all_reloadable;
	} rows[] = {
		{ "", "", true },
		{ "[node]\nlog_level = debug\n", "node.log_level ", true },
		{ "[outbound]\nallow_http = yes\n", "outbound.allow_http ",
		    true },
		{ "[listen]\nidle_seconds = 9\ntrusted_proxies = unix\n",
		    "listen.trusted_proxies listen.idle_seconds ", true },
		{ "[listen]\nhttp = 127.0.0.1:81\nidle_seconds = 9\n",
		    "listen.http! listen.idle_seconds ", false },
		{ "[listen]\nidle_seconds = 60\n", "", true },
	};
	CLEANUP(settings_free) struct settings *running = parsed(LEAST);

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		CLEANUP(free_ptr)
		char *text = xasprintf("%s%s", LEAST, rows[i].added);
		CLEANUP(settings_free) struct settings *loaded = parsed(text);
		CLEANUP(buf_done) struct buf buf;

		buf_init(&buf, 1000);
		assert_int_equal(
		    settings_compare(running, loaded, note_change, &buf),
		    rows[i].all_reloadable);
		assert_string_equal(buf_str(&buf), rows[i].changes);
	}
}

static void
note_values(void *arg, const struct settings_change *change)
{
	struct buf *buf = arg;

	buf_printf(buf, "%s: %s to %s\n", change->name, change->running,
	    change->loaded);
}

static void
changes_come_with_their_values(void **state)
{
	CLEANUP(settings_free) struct settings *running = parsed(LEAST);
	CLEANUP(settings_free)
	struct settings *loaded =
	    parsed("[node]\ndomain = a.example\n[listen]\n"
		   "http = 127.0.0.1:80 127.0.0.1:81\nidle_seconds = 9\n"
		   "trusted_proxies = unix\n[outbound]\nallow_http = yes\n"
		   "[node]\ndata = /"
		   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n");
	CLEANUP(buf_done) struct buf buf;

	(void)state;
	buf_init(&buf, 1000);
	(void)settings_compare(running, loaded, note_values, &buf);
	assert_string_equal(buf_str(&buf),
	    "data: /var/lib/parvis to /"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaa...\n"
	    "http: 127.0.0.1:80 to 127.0.0.1:80 127.0.0.1:81\n"
	    "trusted_proxies: nothing to unix\n"
	    "idle_seconds: 60 to 9\n"
	    "allow_http: no to yes\n");
}

/* What a reload cannot apply is told again until the node was restarted. */
static void
what_needs_a_restart_runs_on(void **state)
{
	CLEANUP(settings_free) struct settings *running = parsed(LEAST);
	struct settings *loaded = NULL;

	(void)state;
	for (int round = 0; round < 3; round++) {
		CLEANUP(buf_done) struct buf buf;

		loaded = parsed("[node]\ndomain = b.example\n[listen]\n"
				"http = 127.0.0.1:81 [::1]:82\nthreads = 3\n"
				"idle_seconds = 9\n");
		buf_init(&buf, 1000);
		assert_false(
		    settings_compare(running, loaded, note_change, &buf));
		assert_string_equal(buf_str(&buf),
		    round == 0 ? "node.domain! listen.http! listen.threads! "
				 "listen.idle_seconds "
			       : "node.domain! listen.http! listen.threads! ");
		settings_keep_running(loaded, running);
		settings_free(&running);
		running = loaded;
		assert_string_equal(running->node_domain, "a.example");
		assert_string_equal(
		    settings_base_url(running), "https://a.example");
		assert_int_equal(running->listen_http.count, 1);
		assert_string_equal(
		    running->listen_http.items[0], "127.0.0.1:80");
		assert_int_equal(running->listen_threads, 0);
		assert_int_equal(running->listen_idle_seconds, 9);
	}
}

static void
one_text_is_found_in_a_broken_file(void **state)
{
	static const struct {
		const char *text, *control;
	} rows[] = {
		{ "[node]\nwrong = 1\ncontrol = /run/x\n[nowhere]\na\n",
		    "/run/x" },
		{ "[listen]\ncontrol = /run/x\n", "/run/parvis/control" },
		{ "", "/run/parvis/control" },
	};
	char path[] = "/tmp/settings-XXXXXX", control[32];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < N_ELEMENTS(rows); i++) {
		ssize_t len = (ssize_t)strlen(rows[i].text);

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, rows[i].text, (size_t)len, 0), len);
		assert_int_equal(settings_peek(path, "node", "control", control,
				     sizeof(control)),
		    0);
		assert_string_equal(control, rows[i].control);
	}
	(void)close(fd);
	(void)unlink(path);
	assert_int_equal(
	    settings_peek(path, "node", "control", control, sizeof(control)),
	    -ENOENT);
}

static void
sample_is_read_back(void **state)
{
	static const struct settings_value values[] = {
		{ "node", "domain", "a.example" },
		{ "node", "data", "/a\tfolder" },
		{ "listen", "http", "unix:/run/p" },
		{ "listen", "http", "127.0.0.1:81" },
		{ "outbound", "allow_http", "yes" },
	};
	CLEANUP(settings_free) struct settings *settings = NULL;
	CLEANUP(free_ptr) char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	settings_write_sample(out, values, N_ELEMENTS(values));
	assert_int_equal(fclose(out), 0);
	settings = parsed(text);
	assert_string_equal(settings->node_domain, "a.example");
	assert_string_equal(settings->node_data, "/a\tfolder");
	assert_int_equal(settings->listen_http.count, 2);
	assert_true(settings->outbound_allow_http);
	/* Every other setting stands there as a comment. */
	for (size_t i = 0; i < settings_row_count; i++) {
		CLEANUP(free_ptr)
		char *line = xasprintf("\n#%s =", settings_rows[i].name);
		CLEANUP(free_ptr)
		char *set = xasprintf("\n%s = ", settings_rows[i].name);

		assert_true(
		    strstr(text, line) != NULL || strstr(text, set) != NULL);
	}
}

/* Without its comment signs, the sample says exactly the defaults. */
static void
sample_shows_the_defaults(void **state)
{
	static const struct settings_value values[] = {
		{ "node", "domain", "a.example" },
		{ "listen", "http", "127.0.0.1:80" },
	};
	CLEANUP(settings_free) struct settings *plain = parsed(LEAST);
	CLEANUP(settings_free) struct settings *settings = NULL;
	CLEANUP(free_ptr) char *text = NULL;
	CLEANUP(buf_done) struct buf changes;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	settings_write_sample(out, values, N_ELEMENTS(values));
	assert_int_equal(fclose(out), 0);
	for (char *p = text; (p = strstr(p, "\n#")) != NULL; p++) {
		if (p[2] != ' ')
			p[1] = ' ';
	}
	settings = parsed(text);
	buf_init(&changes, 10000);
	(void)settings_compare(plain, settings, note_change, &changes);
	assert_string_equal(buf_str(&changes), "");
}

static void
sample_value_cannot_add_a_line(void **state)
{
	static const struct settings_value values[] = {
		{ "node", "domain", "a.example\n[listen]\nhttp = 127.0.0.1:1" },
	};
	CLEANUP(free_ptr) char *text = NULL;
	char error[SETTINGS_ERROR_SIZE] = "";
	struct settings *settings = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	settings_write_sample(out, values, N_ELEMENTS(values));
	assert_int_equal(fclose(out), 0);
	assert_int_equal(
	    settings_parse(text, len, "t.conf", &settings, error), -EINVAL);
	assert_non_null(strstr(error, "[node] domain"));
}

static void
effective_lists_every_setting(void **state)
{
	CLEANUP(settings_free)
	struct settings *settings = parsed(
	    LEAST "http = [::1]:80\n[federation]\nauthorized_fetch = yes\n");
	CLEANUP(free_ptr) char *text = NULL;
	size_t len = 0, lines = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	settings_write_effective(out, settings);
	assert_int_equal(fclose(out), 0);
	for (const char *p = text; *p != '\0'; p++)
		lines += *p == '\n' ? 1 : 0;
	assert_int_equal(lines, settings_row_count);
	assert_int_equal(strncmp(text, "node.domain = a.example\n", 24), 0);
	assert_non_null(
	    strstr(text, "\nlisten.http = 127.0.0.1:80 [::1]:80\n"));
	assert_non_null(strstr(text, "\nlisten.connections = 4096\n"));
	assert_non_null(strstr(text, "\nfederation.authorized_fetch = yes\n"));
	assert_non_null(strstr(text, "\noutbound.hosts =\n"));
}

static void
manual_and_messages_know_every_row(void **state)
{
	CLEANUP(free_ptr) char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	settings_write_manual(out);
	assert_int_equal(fclose(out), 0);
	for (size_t i = 0; i < settings_row_count; i++) {
		const struct settings_row *row = &settings_rows[i];
		CLEANUP(free_ptr)
		char *item = xasprintf("\n.It Ic %s No = Ar ", row->name);

		assert_non_null(strstr(text, item));
		assert_non_null(strstr(settings_section_names(), row->section));
		/* A default lies within its own bounds. */
		if (row->type == SETTINGS_INT)
			assert_true(row->default_int >= row->min &&
				    row->default_int <= row->max);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(least_file_gets_defaults),
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(values_are_taken_or_refused),
		cmocka_unit_test(errors_name_file_line_and_what_is_allowed),
		cmocka_unit_test(lines_are_taken_up_to_198_bytes),
		cmocka_unit_test(byte_order_mark_and_missing_line_end_are_fine),
		cmocka_unit_test(indented_line_is_a_setting_of_its_own),
		cmocka_unit_test(long_lists_keep_every_item),
		cmocka_unit_test(file_that_cannot_be_read_is_named),
		cmocka_unit_test(file_beyond_a_mebibyte_is_refused),
		cmocka_unit_test(comparison_names_what_changed),
		cmocka_unit_test(changes_come_with_their_values),
		cmocka_unit_test(what_needs_a_restart_runs_on),
		cmocka_unit_test(one_text_is_found_in_a_broken_file),
		cmocka_unit_test(sample_is_read_back),
		cmocka_unit_test(sample_shows_the_defaults),
		cmocka_unit_test(sample_value_cannot_add_a_line),
		cmocka_unit_test(effective_lists_every_setting),
		cmocka_unit_test(manual_and_messages_know_every_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
