/* SPDX-License-Identifier: ISC */
/*
 * Every setting of parvis.conf(5), one row each.  Included several times with
 * the SETTING_ macros defined differently; it has no guard on purpose.
 *
 * SETTING_STRING(section, name, default, max_bytes, reload, text)
 * SETTING_LIST(section, name, max_items, reload, text)
 * SETTING_INT(section, name, default, min, max, unit, reload, text)
 * SETTING_BOOL(section, name, default, reload, text)
 *
 * A NULL default means: must be given.  reload is RELOAD or RESTART.
 */

/* node: who this node is.  Set by parvisctl init; the domain never changes. */
SETTING_STRING(node, domain, NULL, 253, RESTART,
    "Public host name of the node, with a port only in test networks.  It is "
    "part of every address that the node gives and can never change.")
SETTING_STRING(node, data, "/var/lib/parvis", 4096, RESTART,
    "Folder of the database and of what belongs to it.")
SETTING_STRING(node, control, "/run/parvis/control", 100, RESTART,
    "Unix socket on which parvisctl(8) talks to the node.")
SETTING_LIST(node, control_users, 16, RELOAD,
    "Users besides root and the node's own who may use the control socket.")
SETTING_STRING(node, log_level, "info", 16, RELOAD,
    "Least level that is logged: error, warning, info or debug.")

/* listen: how the node is reached. */
SETTING_LIST(listen, https, 8, RESTART,
    "Address and port to serve HTTPS on, as 0.0.0.0:443 or [::]:443.")
SETTING_LIST(listen, http, 8, RESTART,
    "Address and port, or unix: and a path, to serve plain HTTP on behind a "
    "reverse proxy; an address outside loopback is refused.")
SETTING_STRING(listen, certificate, "", 4096, RELOAD,
    "PEM file with the certificate and its chain, for https.")
SETTING_STRING(listen, key, "", 4096, RELOAD,
    "PEM file with the certificate's private key.")
SETTING_LIST(listen, trusted_proxies, 16, RELOAD,
    "Addresses or networks (CIDR) of reverse proxies whose X-Forwarded-For is "
    "believed; unix stands for Unix sockets.")
SETTING_INT(listen, threads, 0, 0, 64, "threads", RESTART,
    "Threads that serve requests; 0 means one per processor.")
SETTING_INT(listen, connections, 4096, 16, 1000000, "connections", RELOAD,
    "Open connections at most, over all threads; more are turned away.")
SETTING_INT(listen, header_bytes, 16384, 4096, 65536, "bytes", RESTART,
    "Largest head of a request.")
SETTING_INT(listen, body_bytes, 1048576, 65536, 16777216, "bytes", RESTART,
    "Largest body of a request.")
SETTING_INT(listen, request_seconds, 30, 2, 600, "seconds", RELOAD,
    "Time in which a request must have arrived whole.")
SETTING_INT(listen, idle_seconds, 60, 2, 3600, "seconds", RELOAD,
    "Time after which an idle connection is closed.")
SETTING_INT(listen, stop_seconds, 15, 1, 300, "seconds", RELOAD,
    "Time that requests under way have to finish when the node stops.")
SETTING_INT(listen, requests_per_minute, 600, 10, 1000000, "requests", RELOAD,
    "Requests that one address may send per minute; more answer 429.")
SETTING_INT(listen, inbox_per_minute, 3000, 10, 10000000, "requests", RELOAD,
    "Signed activities that one host may send per minute; more answer 429.")
SETTING_INT(listen, lookups_per_minute, 10, 1, 1000000, "forms", RELOAD,
    "Forms a minute from one client address that have this node ask another "
    "server: to follow from an account elsewhere, to look an address up.")

/* outbound: how the node reaches others. */
SETTING_LIST(outbound, allow_networks, 32, RELOAD,
    "Networks (CIDR) that may be contacted although they are not public "
    "addresses.  Empty on a real node; test networks list 127.0.0.0/8.")
SETTING_LIST(outbound, allow_ports, 16, RELOAD,
    "Ports besides 443 that may be contacted; any stands for every port.")
SETTING_BOOL(outbound, allow_http, false, RELOAD,
    "Whether plain http addresses may be contacted; for tests only.")
SETTING_LIST(outbound, hosts, 2048, RELOAD,
    "Names resolved by the node itself, as name=address; test networks only.")
SETTING_STRING(outbound, ca_file, "/etc/ssl/certs/ca-certificates.crt", 4096,
    RELOAD, "PEM bundle of the authorities that other servers are checked by.")
SETTING_INT(outbound, connections, 256, 4, 8192, "connections", RESTART,
    "Requests to other servers at most, at once, three in four of them "
    "deliveries; as many idle connections are kept for the next ones, so that "
    "the node may have twice as many open.")
SETTING_INT(outbound, host_connections, 4, 1, 64, "connections", RESTART,
    "Connections to one other server at most, at once.")
SETTING_INT(outbound, connect_seconds, 10, 1, 120, "seconds", RELOAD,
    "Time in which a connection must stand.")
SETTING_INT(outbound, request_seconds, 30, 1, 300, "seconds", RELOAD,
    "Time in which another server must have answered whole; for a document "
    "with its redirects, twice as long in all.")
SETTING_INT(outbound, response_bytes, 1048576, 16384, 16777216, "bytes", RELOAD,
    "Largest answer that is read from another server.")
SETTING_INT(outbound, redirects, 3, 0, 10, "redirects", RELOAD,
    "Redirects followed at most, each checked like a new address.")

/* delivery: what waits for other servers. */
SETTING_INT(delivery, keep_days, 35, 1, 365, "days", RELOAD,
    "Days that an undelivered activity is kept and tried again.")
SETTING_INT(delivery, first_retry_seconds, 60, 1, 3600, "seconds", RELOAD,
    "Wait before the first retry; it grows up to longest_retry_seconds.")
SETTING_INT(delivery, longest_retry_seconds, 21600, 1, 86400, "seconds", RELOAD,
    "Longest wait between two tries.")
SETTING_INT(delivery, host_items, 10000, 100, 1000000, "activities", RELOAD,
    "Activities that may wait for one host; the oldest beyond are dropped and "
    "counted in parvisctl queue.")
SETTING_INT(delivery, host_bytes, 67108864, 1048576, 4294967296, "bytes",
    RELOAD, "Bytes of activities that may wait for one host.")

/* federation: the protocol's windows. */
SETTING_INT(federation, signature_window_seconds, 3600, 60, 43200, "seconds",
    RELOAD, "How far the date of a signature may be from now, either way.")
SETTING_INT(federation, actor_refresh_hours, 24, 1, 720, "hours", RELOAD,
    "Age after which a remote actor is read again when it is used.")
SETTING_INT(federation, reread_seconds, 600, 1, 86400, "seconds", RELOAD,
    "Age after which what is elsewhere is read again, itself and what it "
    "published, when somebody opens its page here.")
SETTING_INT(federation, ask_again_seconds, 60, 1, 3600, "seconds", RELOAD,
    "Time for which another server is not asked again for an actor or key that "
    "it gave a moment ago, however many wrong signatures come in; twice as "
    "long for what it refused, half as long when it is out of reach.")
SETTING_INT(federation, keep_posts_days, 365, 7, 36500, "days", RELOAD,
    "Days that posts of others are kept, and shown on home pages, after they "
    "arrived.  What this node published is kept.")
SETTING_BOOL(federation, authorized_fetch, false, RELOAD,
    "Whether documents are only given to signed requests.")
SETTING_BOOL(federation, sign_rfc9421_first, false, RELOAD,
    "Whether unknown hosts are first tried with RFC 9421 signatures.")

/* relay: what other servers subscribe to, to hear of the whole territory. */
SETTING_BOOL(relay, enabled, true, RELOAD,
    "Whether other servers may subscribe to the node's relay, which tells them "
    "of the public updates that the territory passes on.")
SETTING_BOOL(relay, open, true, RELOAD,
    "Whether any server may subscribe; no: each waits until parvisctl relay "
    "accept names it.")

/* network: the other nodes. */
SETTING_STRING(network, admission, "vouched", 16, RELOAD,
    "Which other nodes' catalogues are read and shown: vouched, those that the "
    "administrator admits and those that enough admitted peers vouch for; "
    "closed, those that the administrator admits; open, every node that an "
    "admitted peer knows.")
SETTING_INT(network, threshold, 2, 1, 100, "peers", RELOAD,
    "How many peers that the administrator admitted must vouch for a node.")
SETTING_INT(network, origin_entries, 50000, 1, 50000, "entries", RELOAD,
    "How many entries the catalogue of one other node may have here.  Beyond "
    "them it is frozen at the last state that was read, and parvisctl peer "
    "show says so; once there is room, parvisctl peer admit takes it up again.")
SETTING_INT(network, origin_bytes, 67108864, 65536, 67108864, "bytes", RELOAD,
    "How much text the catalogue of one other node may have here; beyond it is "
    "as with origin_entries.")
SETTING_INT(network, origin_changes, 20000, 1, 10000000, "entries", RELOAD,
    "How many entries of one other node are taken in a day, besides the first "
    "reading.  What goes beyond waits for the next day.")

/* replication: the exchange of catalogues with other nodes. */
SETTING_INT(replication, exchange_seconds, 300, 1, 86400, "seconds", RELOAD,
    "Time between two comparisons of what is held with an admitted peer, "
    "chosen at random.")
SETTING_INT(replication, peers_seconds, 3600, 1, 604800, "seconds", RELOAD,
    "Time after which the list of nodes of a peer that the administrator "
    "admitted is read again.")
SETTING_INT(replication, push_seconds, 2, 0, 3600, "seconds", RELOAD,
    "Time for which changes of a catalogue are gathered before neighbours are "
    "told.")
SETTING_INT(replication, neighbours, 8, 0, 64, "peers", RELOAD,
    "Peers that are told of a change at once: those chosen with parvisctl "
    "peer neighbour, then any.")
SETTING_INT(replication, recall_seconds, 300, 1, 604800, "seconds", RELOAD,
    "How long a node that starts waits for peers to say whether they hold more "
    "of its own catalogue than its database does, before it publishes "
    "again.  It ends with the first that answers.")
