/* SPDX-License-Identifier: ISC */
#include <curl/curl.h>

#include "federation/http_client_limit.h"

void
http_client_limit(void *easy, const struct settings *settings)
{
	curl_easy_setopt(
	    easy, CURLOPT_TIMEOUT, (long)settings->outbound_request_seconds);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT,
	    (long)settings->outbound_connect_seconds);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
	    settings->outbound_allow_http ? "https,http" : "https");
	curl_easy_setopt(easy, CURLOPT_CAINFO, settings->outbound_ca_file);
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 24L * 3600);
	curl_easy_setopt(
	    easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(
	    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Or the end of a request waits for the resolver's thread, and with it
	 * all others, as long as a name server does not answer. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	/* The target is sent as it was signed. */
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
}
