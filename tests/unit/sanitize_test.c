/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "config/base/buf.h"
#include "config/base/text.h"
#include "federation/sanitize.h"
#include "tests/unit/safe_html.h"

#define LINK(href, text) \
	"<a href=\"" href "\" rel=\"nofollow noopener ugc\">" text "</a>"

struct pair {
	const char *in, *out;
};

static void
check_html(const struct pair *pairs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct arena *arena = arena_new();
		const char *once =
		    sanitize_html(arena, pairs[i].in, SANITIZE_HTML_MAX);

		if (strcmp(once, pairs[i].out) != 0)
			print_error("input: %s\n", pairs[i].in);
		assert_string_equal(once, pairs[i].out);
		assert_null(safe_html_fault(once));
		assert_string_equal(
		    sanitize_html(arena, once, SANITIZE_HTML_MAX), once);
		arena_free(&arena);
	}
}

static void
keeps_what_the_list_allows(void **state)
{
	static const struct pair pairs[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "a &lt; b &amp; c", "a &lt; b &amp; c" },
		{ "<p>un<br>deux</p>", "<p>un<br>deux</p>" },
		{ "<p><b>b</b><i>i</i><em>e</em><strong>s</strong></p>",
		    "<p><b>b</b><i>i</i><em>e</em><strong>s</strong></p>" },
		{ "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>",
		    "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>" },
		{ "<h2>t</h2><h3>u</h3><h4>v</h4>",
		    "<h2>t</h2><h3>u</h3><h4>v</h4>" },
		{ "<h1>t</h1><h6>u</h6>", "<h2>t</h2><h4>u</h4>" },
		{ "<blockquote><p>q</p></blockquote>",
		    "<blockquote><p>q</p></blockquote>" },
		{ "<pre><code>x\n  y</code></pre>",
		    "<pre><code>x\n  y</code></pre>" },
		{ "<pre>\n\nx</pre>", "<pre>\n\nx</pre>" },
		{ "<a href=\"https://a.example/x?y=1&amp;z=2\">l</a>",
		    LINK("https://a.example/x?y=1&amp;z=2", "l") },
		{ "<a class=mention href=\"HTTPS://A.example\" target=_blank "
		  "rel=me>@<span>a</span></a>",
		    LINK("https://a.example/", "@a") },
		{ "<P ID=x STYLE='color:red' lang=fr>x</P>", "<p>x</p>" },
		{ "<span class=\"invisible\">https://</span>a", "https://a" },
		{ "<div>a</div><div>b</div>", "a<br>b" },
		{ "<table><tr><td>a<td>b<tr><td>c</table>", "ab<br>c" },
		{ "été 🏡 &eacute; &#x1F3E1;", "été 🏡 é 🏡" },
		{ "<p>un<p>deux", "<p>un</p><p>deux</p>" },
		{ "<b>un<p>deux</b>trois", "<b>un</b><p><b>deux</b>trois</p>" },
		{ "<li>seul</li><li>deux</li>", "seul<br>deux" },
		{ "<p>a<hr>b", "<p>a</p>b" },
	};

	(void)state;
	check_html(pairs, N_ELEMENTS(pairs));
}

/* Ways into a page that were used against real servers and browsers. */
static void
lets_no_script_through(void **state)
{
	static const struct pair pairs[] = {
		{ "<script>alert(1)</script>", "" },
		{ "a<script>alert(1)</script>b", "ab" },
		{ "<SCRIPT SRC=//e.example/x.js></SCRIPT>", "" },
		{ "<script>alert(1)", "" },
		{ "<scr<script>ipt>alert(1)</script>", "ipt&gt;alert(1)" },
		{ "<img src=x onerror=alert(1)>", "" },
		{ "<img src=x onerror=alert(1)//", "" },
		{ "<img \"\"\"><script>alert(1)</script>\">", "&quot;&gt;" },
		{ "<p onclick=alert(1)>x</p>", "<p>x</p>" },
		{ "<p onmouseover\n=\"alert(1)\">x", "<p>x</p>" },
		{ "<p/onclick=alert(1)>x", "<p>x</p>" },
		{ "<svg onload=alert(1)>", "" },
		{ "<svg><script>alert(1)</script></svg>a", "a" },
		{ "<svg><style><img src=x onerror=alert(1)></style></svg>",
		    "" },
		{ "<svg></p><style><a id=\"</style><img src=1 "
		  "onerror=alert(1)>\">",
		    "" },
		{ "<math><mi//xlink:href=\"javascript:alert(1)\">x</math>",
		    "" },
		{ "<math><mtext><table><mglyph><style><!--</style><img "
		  "title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
		    "" },
		{ "<form><math><mtext></form><form><mglyph><style></math><img "
		  "src onerror=alert(1)>",
		    "" },
		{ "<iframe src=javascript:alert(1)></iframe>", "" },
		{ "<iframe srcdoc=\"<script>alert(1)</script>\">x</iframe>",
		    "" },
		{ "<object data=data:text/html,x>fallback</object>", "" },
		{ "<embed src=x.swf>", "" },
		{ "<a href=\"javascript:alert(1)\">x</a>", "x" },
		{ "<a href=\"JaVaScRiPt:alert(1)\">x</a>", "x" },
		{ "<a href=\" &#14; javascript:alert(1)\">x</a>", "x" },
		{ "<a href=\"jav&#x0A;ascript:alert(1)\">x</a>", "x" },
		{ "<a href=\"jav\tascript:alert(1)\">x</a>", "x" },
		{ "<a href=\"&#106;avascript:alert(1)\">x</a>", "x" },
		{ "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
		    "x" },
		{ "<a href=\"vbscript:msgbox(1)\">x</a>", "x" },
		{ "<a href=\"file:///etc/passwd\">x</a>", "x" },
		{ "<a href=\"//e.example\">x</a>", "x" },
		{ "<a href=\"/auth/logout\">x</a>", "x" },
		{ "<a href=\"http://user@e.example/\">x</a>", "x" },
		{ "<a href=\"https://e.example/\" onclick=alert(1)>x</a>",
		    LINK("https://e.example/", "x") },
		{ "<a href='https://e.example/\"onclick=alert(1)//'>x</a>",
		    LINK("https://e.example/%22onclick=alert(1)//", "x") },
		{ "<a href=\"https://e.example/'><script>alert(1)</script>\">"
		  "x</a>",
		    LINK("https://e.example/&#39;%3E%3Cscript%3Ealert(1)%3C/"
			 "script%3E",
			"x") },
		{ "<style>@import 'https://e.example/x.css'</style>", "" },
		{ "<link rel=stylesheet href=https://e.example/x.css>", "" },
		{ "<p style=\"background:url(javascript:alert(1))\">x</p>",
		    "<p>x</p>" },
		{ "<meta http-equiv=refresh content=\"0;url=javascript:x\">",
		    "" },
		{ "<base href=\"javascript:alert(1)//\">", "" },
		{ "<form action=https://e.example><input name=p>x</form>",
		    "x" },
		{ "<button formaction=javascript:alert(1)>x</button>", "x" },
		{ "<input autofocus onfocus=alert(1)>", "" },
		{ "<textarea><script>alert(1)</script></textarea>", "" },
		{ "<select><option><script>alert(1)</script></select>", "" },
		{ "<video src=x onerror=alert(1)><source></video>", "" },
		{ "<audio src=x onloadstart=alert(1)>", "" },
		{ "<noscript><p title=\"</noscript><img src=x "
		  "onerror=alert(1)>\"></noscript>",
		    "" },
		{ "<noembed><img title=\"</noembed><img src=x "
		  "onerror=alert(1)>\"></noembed>",
		    "&quot;&gt;" },
		{ "<xmp><p title=\"</xmp><svg/onload=alert(1)>\"></xmp>", "" },
		{ "<template><script>alert(1)</script></template>", "" },
		{ "<plaintext><script>alert(1)</script>", "" },
		{ "<!--><script>alert(1)</script>-->", "--&gt;" },
		{ "<!-- <p>x</p> -->y", "y" },
		{ "<![CDATA[<script>alert(1)</script>]]>", "alert(1)]]&gt;" },
		{ "<?xml version=\"1.0\"?><script>alert(1)</script>", "" },
		{ "<details open ontoggle=alert(1)>x</details>", "x" },
		{ "<marquee onstart=alert(1)>x</marquee>", "x" },
		{ "<body onload=alert(1)>x", "x" },
		{ "<html><head><title>t</title></head>x", "x" },
		{ "<isindex type=image src=1 onerror=alert(1)>",
		    "This is a searchable index. Enter search keywords:" },
		{ "a&#x1F3DDDDDDDE1;b", "ab" },
		{ "a&#xFFFFF;&#xFDD0;&#1;&#x81;b", "ab" },
		{ "\x3cp\x3e\x01\x1b[31mx", "<p>��[31mx</p>" },
		{ "&lt;script&gt;alert(1)&lt;/script&gt;",
		    "&lt;script&gt;alert(1)&lt;/script&gt;" },
		{ "&#60;script&#62;", "&lt;script&gt;" },
		{ "<<script>alert(1)//<</script>", "&lt;" },
		{ "<a href=https://a.example/><a href=https://b.example/>x",
		    LINK("https://a.example/", "")
			LINK("https://b.example/", "x") },
	};

	(void)state;
	/* Some of these leave markup of their own: what counts is its safety.
	 */
	for (size_t i = 0; i < N_ELEMENTS(pairs); i++) {
		struct arena *arena = arena_new();
		const char *out =
		    sanitize_html(arena, pairs[i].in, SANITIZE_HTML_MAX);

		if (safe_html_fault(out) != NULL)
			print_error("input: %s\n", pairs[i].in);
		assert_null(safe_html_fault(out));
		arena_free(&arena);
	}
	check_html(pairs, N_ELEMENTS(pairs));
}

static void
nests_as_browsers_do(void **state)
{
	static const struct pair pairs[] = {
		{ "<p>a<button><p>b</p></button>c</p>", "<p>a</p><p>b</p>c" },
		{ "<ul><p>x</p></ul>", "<ul><p>x</p></ul>" },
		{ "<a href=https://a.example/><object><a "
		  "href=https://b.example/>x</a></object>y</a>",
		    LINK("https://a.example/", "y") },
		{ "<h2>a<h3>b</h3></h2>", "<h2>a</h2><h3>b</h3>" },
		{ "</p></b></li>x", "<p></p>x" },
		{ "<b><i>x</b>y</i>", "<b><i>x</i></b><i>y</i>" },
	};

	(void)state;
	check_html(pairs, N_ELEMENTS(pairs));
}

/* count times the piece, '#' being its number, and other_count the other. */
static const char *
repeated(struct arena *arena, const char *piece, size_t count,
    const char *other, size_t other_count)
{
	struct buf buf;
	const char *text;

	buf_init(&buf, 4 * 1024 * 1024);
	for (size_t i = 0; i < count; i++) {
		size_t before = strcspn(piece, "#");

		buf_add(&buf, piece, before);
		if (piece[before] == '#')
			buf_printf(&buf, "%zu%s", i, piece + before + 1);
	}
	for (size_t i = 0; i < other_count; i++)
		buf_puts(&buf, other);
	text = arena_strdup(arena, buf_str(&buf));
	buf_done(&buf);
	return text;
}

static void
bounds_what_the_input_can_cost(void **state)
{
	static const struct {
		const char *piece;
		size_t count;
		const char *other;
		size_t other_count;
	} bombs[] = {
		{ "<b x=#>", 2000, "<p>x", 2000 },
		{ "<b x=#>", 6000, "<p>x", 6000 },
		{ "<div data-x=#>", 4000, "<p>", 90 },
		{ "<blockquote data-x=#>", 60000, "x", 1 },
		{ "<font size=#>", 1000, "<table>", 1000 },
		{ "<a href=https://e.example/#>", 3000, "</a>", 1000 },
		{ "&amp;#", 20000, "'\"<", 1000 },
	};

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(bombs); i++) {
		struct arena *arena = arena_new();
		const char *out = sanitize_html(arena,
		    repeated(arena, bombs[i].piece, bombs[i].count,
			bombs[i].other, bombs[i].other_count),
		    SANITIZE_HTML_MAX);

		assert_null(safe_html_fault(out));
		assert_true(strlen(out) < 17 * (size_t)SANITIZE_HTML_MAX);
		arena_free(&arena);
	}
}

static void
flattens_deep_nesting_and_keeps_the_text(void **state)
{
	struct arena *arena = arena_new();
	const char *out = sanitize_html(arena,
	    repeated(arena, "<blockquote>#", 300, "fin", 1), SANITIZE_HTML_MAX);

	(void)state;
	assert_null(safe_html_fault(out));
	assert_non_null(strstr(out, "299fin"));
	arena_free(&arena);
}

static void
cuts_long_input_at_a_whole_character(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(sanitize_html(arena, "aé", 2), "a");
	assert_string_equal(sanitize_html(arena, "aé", 3), "aé");
	assert_string_equal(sanitize_html(arena, "<p>é", 3), "<p></p>");
	assert_string_equal(sanitize_html(arena, "\xff<p>x", 100), "");
	assert_null(sanitize_html(arena, NULL, 100));
	arena_free(&arena);
}

static void
makes_one_line(void **state)
{
	static const struct pair pairs[] = {
		{ "", "" },
		{ "  Éco\tcentre \r\n de  Dourdan ", "Éco centre de Dourdan" },
		{ "I <3 you", "I <3 you" },
		{ "1 < 2 > 0", "1 < 2 > 0" },
		{ "Tom & Jerry", "Tom & Jerry" },
		{ "<b>Marie</b>", "Marie" },
		{ "<<b>script>alert(1)<</b>/script>", "alert(1)" },
		{ "<img src=x onerror=alert(1)>x", "x" },
		{ "<!-- c -->x", "x" },
		{ "a\xe2\x80\xae"
		  "gnp.exe",
		    "agnp.exe" },
		{ "a\xe2\x80\x8b\xe2\x81\xa6"
		  "b",
		    "ab" },
		{ "a\x01\x1b[0m\x7f"
		  "b\xc2\x85",
		    "a[0mb" },
		{ "a\xe2\x80\xa8"
		  "b",
		    "a b" },
		{ "👩‍🌾", "👩‍🌾" },
		{ "\xff\xfe", "" },
		{ "abcdefghijkl", "abcdefghij" },
		{ "éééééééééééé", "éééééééééé" },
		{ "abcdefghi jkl", "abcdefghi" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pairs); i++) {
		size_t max = i < 15 ? 100 : 10;

		assert_string_equal(
		    sanitize_line(arena, pairs[i].in, max), pairs[i].out);
	}
	assert_null(sanitize_line(arena, NULL, 10));
	arena_free(&arena);
}

static void
makes_plain_text_of_html(void **state)
{
	static const struct pair pairs[] = {
		{ "<p>un</p><p>deux</p>", "un deux" },
		{ "a<br>b<ul><li>c<li>d</ul>", "a b c d" },
		{ "<p>x<script>y</script> &lt;b&gt;</p>", "x <b>" },
		{ "l&#39;<b>é</b>t<i>é</i>", "l'été" },
		{ "<div>a</div><div>b</div>", "a b" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pairs); i++)
		assert_string_equal(
		    sanitize_plain(arena, pairs[i].in, 100), pairs[i].out);
	assert_string_equal(sanitize_plain(arena, "<p>été</p>", 2), "ét");
	assert_null(sanitize_plain(arena, NULL, 2));
	arena_free(&arena);
}

static void
renders_markdown(void **state)
{
	static const struct pair pairs[] = {
		{ "Bonjour **tous**", "<p>Bonjour <strong>tous</strong></p>" },
		{ "# Titre\n\n- a\n- b",
		    "<h2>Titre</h2>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>" },
		{ "voir https://a.example/x.",
		    "<p>voir " LINK(
			"https://a.example/x", "https://a.example/x") ".</p>" },
		{ "[l](https://a.example/ \"t\")",
		    "<p>" LINK("https://a.example/", "l") "</p>" },
		{ "[l](javascript:alert(1))", "<p>l</p>" },
		{ "<script>alert(1)</script>",
		    "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>" },
		{ "![p](https://a.example/p.png)", "<p></p>" },
		{ "a <b onclick=x>c</b>",
		    "<p>a &lt;b onclick=x&gt;c&lt;/b&gt;</p>" },
		{ "`<code>`", "<p><code>&lt;code&gt;</code></p>" },
		{ "", "" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < N_ELEMENTS(pairs); i++) {
		const char *out = sanitize_markdown(arena, pairs[i].in);

		assert_string_equal(out, pairs[i].out);
		assert_null(safe_html_fault(out));
	}
	assert_null(sanitize_markdown(arena, NULL));
	arena_free(&arena);
}

static void
bounds_what_markdown_can_grow_to(void **state)
{
	struct arena *arena = arena_new();
	char definition[1100] = "[#]: https://e.example/";
	size_t len = strlen(definition);
	const char *out;

	(void)state;
	memset(definition + len, 'x', 1000);
	definition[len + 1000] = '\n';
	out = sanitize_markdown(
	    arena, repeated(arena, definition, 1, "[0] ", 12000));
	assert_null(safe_html_fault(out));
	assert_true(strlen(out) < 17 * (size_t)SANITIZE_HTML_MAX);
	out = sanitize_markdown(arena, repeated(arena, "> ", 30000, "x", 1));
	assert_null(safe_html_fault(out));
	arena_free(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_the_list_allows),
		cmocka_unit_test(lets_no_script_through),
		cmocka_unit_test(nests_as_browsers_do),
		cmocka_unit_test(bounds_what_the_input_can_cost),
		cmocka_unit_test(flattens_deep_nesting_and_keeps_the_text),
		cmocka_unit_test(cuts_long_input_at_a_whole_character),
		cmocka_unit_test(makes_one_line),
		cmocka_unit_test(makes_plain_text_of_html),
		cmocka_unit_test(renders_markdown),
		cmocka_unit_test(bounds_what_markdown_can_grow_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
