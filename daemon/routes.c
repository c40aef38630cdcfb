/* SPDX-License-Identifier: ISC */
/*
 * Every address that the node answers at, in the order of matching.
 */
#include "daemon/form.h"
#include "daemon/web.h"

enum { ROUTES_ACTIVITY_BYTES = 1024 * 1024 };

/* What a POST to an inbox may be; anything else answers 415. */
static const char *const activity_types[] = { "application/activity+json",
	"application/ld+json", "application/json", NULL };

#define GET(pattern, handler) \
	{ \
		HTTP_GET, pattern, handler, 0, NULL, false \
	}
#define INBOX(pattern, handler) \
	{ \
		HTTP_POST, pattern, handler, ROUTES_ACTIVITY_BYTES, \
		    activity_types, true \
	}

#define FORM(pattern, handler) \
	{ \
		HTTP_POST, pattern, handler, FORM_BYTES_MAX, form_types, false \
	}

const struct route web_routes[] = {
	GET("/", page_front),
	GET("/static/+path", page_static),
	GET("/.well-known/webfinger", api_webfinger),
	GET("/.well-known/host-meta", api_host_meta),
	GET("/.well-known/nodeinfo", api_nodeinfo_links),
	GET("/nodeinfo/2.1", api_nodeinfo),
	INBOX("/inbox", api_shared_inbox),
	GET("/actor", api_instance),
	INBOX("/actor/inbox", api_inbox),
	GET("/actor/outbox", api_outbox),
	GET("/actor/followers", api_followers),
	GET("/actor/following", api_following),
	GET("/relay", api_relay),
	INBOX("/relay/inbox", api_inbox),
	GET("/relay/outbox", api_outbox),
	GET("/relay/followers", api_followers),
	GET("/relay/following", api_following),
	GET("/relay/followers_synchronization", api_followers_sync),
	GET("/o/:id", api_thing),
	INBOX("/o/:id/inbox", api_inbox),
	GET("/o/:id/outbox", api_outbox),
	GET("/o/:id/followers", api_followers),
	GET("/o/:id/following", api_following),
	GET("/o/:id/followers_synchronization", api_followers_sync),
	GET("/a/:id", api_activity),
	GET("/catalogue", api_catalogue),
	GET("/catalogue/frontier", api_catalogue_frontier),
	GET("/catalogue/rotation", api_catalogue_rotation),
	{ HTTP_POST, "/catalogue/push", api_catalogue_push,
	    ROUTES_ACTIVITY_BYTES, activity_types, false },
	GET("/catalogue/:epoch/:seq", api_catalogue_entry),
	GET("/peers", api_peers),
	GET("/search", api_search),
	GET("/search/complete", api_search_complete),
	GET("/place/complete", api_place_complete),
	GET("/map/france.svg", page_map_country),
	GET("/network", page_network),
	GET("/remote", page_remote),
	GET("/follow", page_follow),
	FORM("/follow", page_follow_sent),
	GET("/authorize_interaction", page_authorize),
	FORM("/lookup", page_lookup_sent),
	GET("/signin", page_signin),
	FORM("/signin", page_signin_sent),
	FORM("/signout", page_signout_sent),
	GET("/welcome", page_welcome),
	FORM("/welcome", page_welcome_sent),
	GET("/home", page_home),
	FORM("/home/follow", page_home_follow_sent),
	FORM("/home/unfollow", page_home_unfollow_sent),
	GET("/@:username", api_by_name),
};

const size_t web_route_count = N_ELEMENTS(web_routes);
