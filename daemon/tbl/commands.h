/* SPDX-License-Identifier: ISC */
/*
 * Every command of parvisctl(8) and every option that commands take, one row
 * each: the daemon's dispatch, the parser and help of parvisctl, its shell
 * completion and the list in the manual come from here.  Included several
 * times with the macros defined differently; it has no guard on purpose.
 *
 * COMMAND(name, handler, words, arguments, options, flags, output, columns,
 *     text)
 *	handler		runs in the daemon
 *	arguments	in order; [X] may be left out
 *	options		sets of options below, besides those of every command
 *	output		how parvisctl shows the result without --json
 *	columns		for TABLE, see commands.h
 * LOCAL_COMMAND(name, words, arguments, options, flags, text)
 *	parvisctl does it alone
 * OPTION(sets, name, type, argument, text)
 *	a CHOICE's argument lists what may be given; yes|no is a boolean;
 *	a FILE gives the option of the same name without -file
 */
COMMAND(status, command_node_status, "status", "", 0, 0, STATUS, NULL,
    "Show how the node is: what needs attention, what it holds, what waits, "
    "which servers do not answer.")

COMMAND(profile_create, command_actor_create, "profile create", "USERNAME",
    SET_ACTOR | SET_PROFILE, 0, MESSAGE, NULL,
    "Create a profile: a person, an organisation, a public body or a support "
    "organisation.  It is not discoverable unless told so.")
COMMAND(profile_edit, command_actor_edit, "profile edit", "USERNAME",
    SET_ACTOR | SET_PROFILE, 0, MESSAGE, NULL,
    "Change a profile.  What is not given stays; an empty value clears; a "
    "list is replaced as a whole.")
COMMAND(profile_show, command_actor_show, "profile show", "USERNAME", 0, 0,
    FIELDS, NULL, "Show a profile.")
COMMAND(profile_list, command_actor_list, "profile list", "", SET_PAGE, 0,
    TABLE, "username,~name,~profile_kind=kind,~place.name=place",
    "List the profiles of the node.")
COMMAND(profile_delete, command_actor_delete, "profile delete", "USERNAME", 0,
    0, MESSAGE, NULL,
    "Delete a profile, here and, as far as others obey, elsewhere.  Its "
    "projects must be deleted or handed over before.  The name is never "
    "given again.")

COMMAND(project_create, command_actor_create, "project create", "USERNAME",
    SET_ACTOR | SET_PROJECT, 0, MESSAGE, NULL,
    "Create a project, held by the profile given with --holder.  It is "
    "discoverable and indexable unless told otherwise.")
COMMAND(project_edit, command_actor_edit, "project edit", "USERNAME",
    SET_ACTOR | SET_PROJECT, 0, MESSAGE, NULL,
    "Change a project.  What is not given stays; an empty value clears; a "
    "list is replaced as a whole.")
COMMAND(project_show, command_actor_show, "project show", "USERNAME", 0, 0,
    FIELDS, NULL, "Show a project.")
COMMAND(project_list, command_actor_list, "project list", "",
    SET_PAGE | SET_OF_HOLDER, 0, TABLE,
    "username,~name,stage,~place.name=place", "List the projects of the node.")
COMMAND(project_delete, command_actor_delete, "project delete", "USERNAME", 0,
    0, MESSAGE, NULL,
    "Delete a project with its updates, here and, as far as others obey, "
    "elsewhere.  The name is never given again.")

COMMAND(update_publish, command_note_publish, "update publish",
    "USERNAME [TEXT]", SET_NOTE | SET_NOTE_NEW, 0, MESSAGE, NULL,
    "Publish an update of a project or a profile.  The text is Markdown.")
COMMAND(update_edit, command_note_edit, "update edit", "UPDATE [TEXT]",
    SET_NOTE, 0, MESSAGE, NULL,
    "Change an update, given by its number or its id.  What is not given "
    "stays.")
COMMAND(update_delete, command_note_delete, "update delete", "UPDATE", 0, 0,
    MESSAGE, NULL, "Delete an update.")
COMMAND(update_list, command_note_list, "update list", "[USERNAME]", SET_PAGE,
    0, POSTS, NULL,
    "List the updates of a project or a profile, or of the whole node, newest "
    "first.")
COMMAND(update_show, command_note_show, "update show", "UPDATE", 0, 0, FIELDS,
    NULL, "Show an update, given by its number or its id.")

COMMAND(follow, command_follow_follow, "follow", "PROFILE TARGET", SET_FOLLOW,
    0, MESSAGE, NULL,
    "Have a profile follow someone: a username of this node, an id or a page "
    "address, or @name@host.")
COMMAND(unfollow, command_follow_unfollow, "unfollow", "PROFILE TARGET", 0, 0,
    MESSAGE, NULL, "Have a profile follow someone no more.")
COMMAND(follow_list, command_follow_list, "follow list", "PROFILE", SET_PAGE,
    0, TABLE, "state,address,~name,@since",
    "List whom a profile follows or asked to follow.")
COMMAND(followers, command_follow_followers, "followers", "USERNAME",
    SET_PAGE, 0, TABLE, "address,~name,@since",
    "List who follows a profile, a project or the territory.")
COMMAND(requests_list, command_follow_requests, "requests list", "[USERNAME]",
    SET_PAGE, 0, TABLE, "followed,address,~name,@since",
    "List who waits to be accepted as a follower.")
COMMAND(requests_accept, command_follow_decide, "requests accept",
    "USERNAME FOLLOWER", 0, 0, MESSAGE, NULL,
    "Accept a follower who waits.")
COMMAND(requests_reject, command_follow_decide, "requests reject",
    "USERNAME FOLLOWER", 0, 0, MESSAGE, NULL,
    "Reject a follower, waiting or accepted.")
COMMAND(timeline, command_follow_timeline, "timeline", "PROFILE",
    SET_PAGE, 0, POSTS, NULL,
    "Show the home page of a profile: what those whom it follows published, "
    "newest first.")

COMMAND(host_list, command_host_list, "host list", "", SET_NAMES, 0, TABLE,
    "host,state,~software,waiting,dropped,~last_error",
    "List the other servers that the node knows.")
COMMAND(host_show, command_host_show, "host show", "HOST", 0, 0, FIELDS, NULL,
    "Show how another server is and what waits for it.")

COMMAND(peer_admit, command_peer_admit, "peer admit", "DOMAIN", 0, 0, MESSAGE,
    NULL,
    "Admit a node: its key is read and pinned, its catalogue is read, shown "
    "and handed on.  Said again of a node whose catalogue is frozen, it takes "
    "the node as it is now.")
COMMAND(peer_look, command_peer_look, "peer look", "DOMAIN", 0, 0, FIELDS, NULL,
    "Show which nodes another node admits, by its signed list.  Nothing is "
    "kept.")
COMMAND(peer_join, command_peer_join, "peer join", "DOMAIN", SET_JOIN, 0,
    MESSAGE, NULL,
    "Join the network that a node is in: admit it, ask its administrator to "
    "admit this one, and take it as introducer, so that the nodes that it "
    "admits are admitted here too.  On a terminal its list is shown first, and "
    "the last is asked.")
COMMAND(peer_refuse, command_peer_refuse, "peer refuse", "DOMAIN", 0, 0,
    MESSAGE, NULL,
    "Refuse a node: what is held of its catalogue is erased, neither shown nor "
    "handed on.")
COMMAND(peer_pause, command_peer_pause, "peer pause", "DOMAIN", 0, 0, MESSAGE,
    NULL,
    "Read nothing more of a node, and keep what is held of its catalogue.")
COMMAND(peer_forget, command_peer_forget, "peer forget", "DOMAIN", 0, 0,
    MESSAGE, NULL,
    "Forget a node, what was said of it and what is held of its catalogue.")
COMMAND(peer_neighbour, command_peer_neighbour, "peer neighbour",
    "DOMAIN yes|no", 0, 0, MESSAGE, NULL,
    "Choose whether a node is told of changes before others are.")
COMMAND(peer_introducer, command_peer_introducer, "peer introducer",
    "DOMAIN yes|no", 0, 0, MESSAGE, NULL,
    "Choose whether the nodes that a node admits are admitted here too, unless "
    "network.admission is closed.")
COMMAND(peer_list, command_peer_list, "peer list", "", SET_NAMES | SET_PEERS,
    0, TABLE,
    "domain,state,~entries,~seq,@read_at=read,~problem,~last_error=error",
    "List the other nodes: which are admitted, how far the catalogue of each "
    "is read, and how they answer.")
COMMAND(peer_show, command_peer_show, "peer show", "DOMAIN", 0, 0, FIELDS,
    NULL,
    "Show one of them: why it is admitted or not, its key, what is held of its "
    "catalogue and, while that is being read, how much was.")

COMMAND(relay_list, command_relay_list, "relay list", "", SET_PAGE, 0, TABLE,
    "domain,~state,~manner,~followed_back=followed back,~rule,@since",
    "List the servers that subscribe to the relay or ask to, and what was "
    "decided on others.")
COMMAND(relay_accept, command_relay_accept, "relay accept", "DOMAIN", 0, 0,
    MESSAGE, NULL,
    "Let a server subscribe to the relay, now or when it asks.")
COMMAND(relay_reject, command_relay_reject, "relay reject", "DOMAIN", 0, 0,
    MESSAGE, NULL,
    "Refuse the relay to a server, also when relay.open is yes; a subscription "
    "that it has ends.")
COMMAND(relay_forget, command_relay_forget, "relay forget", "DOMAIN", 0, 0,
    MESSAGE, NULL,
    "Forget what was decided on a server: relay.open holds for it when it "
    "asks.  A subscription that it has stays.")

COMMAND(account_create, command_account_create, "account create", "USERNAME",
    SET_ACCOUNT, 0, MESSAGE, NULL,
    "Let a profile of this node sign in: the answer is a link at which a "
    "password is chosen, good for a week.")
COMMAND(account_link, command_account_link, "account link", "USERNAME", 0, 0,
    MESSAGE, NULL,
    "Another such link, for who forgot the password or let the week pass; the "
    "one before leads nowhere any more.")
COMMAND(account_list, command_account_list, "account list", "", SET_NAMES, 0,
    TABLE, "username,~email,password,suspended,@signed_in=signed in",
    "List who may sign in.")
COMMAND(account_suspend, command_account_suspend, "account suspend",
    "USERNAME YES|NO", 0, 0, MESSAGE, NULL,
    "Keep somebody from signing in, and sign them out everywhere; or no more.")
COMMAND(account_remove, command_account_remove, "account remove", "USERNAME", 0,
    0, MESSAGE, NULL,
    "Take an account away; the profile and what it published stay.")

COMMAND(network, command_network, "network", "", SET_NAMES, 0, NETWORK,
    "domain,health,~entries,~seq,@read,@contact,~lag_seconds=lag",
    "Show the network as this node sees it, on a map and as a table: which "
    "nodes are admitted, how far each is read, how long ago it was level "
    "(lag, in seconds), and how it answers.")

COMMAND(catalogue_show, command_catalogue_show, "catalogue show", "[DOMAIN]",
    0, 0, FIELDS, NULL,
    "Show where the node's own catalogue stands, or the copy held of another "
    "node's.")
COMMAND(catalogue_check, command_catalogue_check, "catalogue check", "DOMAIN",
    0, 0, FIELDS, NULL,
    "Read the catalogue of another node as a whole and tell whether it is "
    "complete and genuine, or what is wrong with it.  Nothing is kept.")
COMMAND(catalogue_withhold, command_catalogue_withhold, "catalogue withhold",
    "ID", 0, 0, MESSAGE, NULL,
    "Withhold one thing of another node's catalogue: it is neither found nor "
    "handed on here, while the catalogue around it still proves itself.")
COMMAND(catalogue_restore, command_catalogue_restore, "catalogue restore",
    "ID", 0, 0, MESSAGE, NULL, "Show again what was withheld.")
COMMAND(catalogue_withheld, command_catalogue_withheld, "catalogue withheld",
    "", SET_NAMES, 0, TABLE, "~id,@since", "List what is withheld.")
COMMAND(catalogue_rotate, command_catalogue_rotate, "catalogue rotate", "",
    0, 0, MESSAGE, NULL,
    "Give the node another key to sign its catalogue with, as the old one says "
    "in a statement that peers follow, and begin the catalogue anew.  For a "
    "key that may have been seen by others, and after a person with access to "
    "it has left.")
COMMAND(catalogue_publish, command_catalogue_publish, "catalogue publish", "",
    0, 0, MESSAGE, NULL,
    "Publish again without waiting for peers.  A node that starts asks them "
    "first whether they hold more of its own catalogue than its database "
    "does.")
COMMAND(catalogue_lost, command_catalogue_lost, "catalogue lost", "",
    SET_NAMES, 0, TABLE, "kind,~name,username,~id,signed",
    "List the profiles and projects of this node that others hold and that its "
    "database, restored from an old copy, does not know.  They wait for "
    "catalogue reclaim or catalogue abandon.")
COMMAND(catalogue_reclaim, command_catalogue_reclaim, "catalogue reclaim",
    "ID", SET_RECLAIM, 0, MESSAGE, NULL,
    "Take one of them back, under its id and with new keys; with a profile "
    "come the projects that it holds.")
COMMAND(catalogue_abandon, command_catalogue_abandon, "catalogue abandon",
    "ID", 0, 0, MESSAGE, NULL,
    "Let one of them go.")

COMMAND(search, command_search, "search", "[TEXT]", SET_SEARCH, 0, TABLE,
    "kind,~name,~place,distance=km,~domain=territory,~url",
    "Search what the catalogues hold: those of this node and of all that it "
    "knows.  What has all words comes before what lacks some, and, with a "
    "position, what is near before what is far; without a text, the nearest or "
    "the newest.")

COMMAND(place_find, command_place_find, "place find", "[TEXT]", SET_FIND, 0,
    TABLE,
    "insee,name,~postcodes=postal codes,~departement_name=departement,"
    "population,~former_name=formerly",
    "Find communes by what their name, postal code or INSEE code begins with, "
    "or those nearest to a position.")
COMMAND(place_show, command_place_show, "place show", "INSEE", 0, 0, FIELDS,
    NULL,
    "Show a commune, given by its INSEE code; the code of one that was merged "
    "into another leads to that one.")

COMMAND(place_set, command_place_set, "place set", "INSEE LATITUDE LONGITUDE",
    0, 0, MESSAGE, NULL,
    "Say by hand where a commune is, in degrees (WGS 84).  It counts more than "
    "what a file said.")
COMMAND(place_reset, command_place_reset, "place reset", "INSEE", 0, 0,
    MESSAGE, NULL, "Forget what place set said of a commune.")

COMMAND(gazetteer_update, command_gazetteer_update, "gazetteer update",
    "FILE", SET_GAZETTEER, COMMAND_INPUT, MESSAGE, NULL,
    "Take where communes are from a file, in place of the one before: CSV with "
    "codes, latitudes and longitudes, or GeoJSON of points or outlines, as "
    "INSEE, IGN, La Poste and data.gouv.fr give them; - is standard input.")
COMMAND(gazetteer_show, command_gazetteer_show, "gazetteer show", "", 0, 0,
    FIELDS, NULL,
    "Show which file the places come from and what was corrected by hand.")
COMMAND(gazetteer_reset, command_gazetteer_reset, "gazetteer reset", "",
    SET_GAZETTEER_RESET, 0, MESSAGE, NULL,
    "Forget the file: places are again where the program has them, but for "
    "those corrected by hand.")

COMMAND(queue_list, command_queue_list, "queue list", "",
    SET_PAGE | SET_HOST, 0, TABLE,
    "id,host,type,attempts=tries,@next_try,~error=last error",
    "List the deliveries that wait.")
COMMAND(queue_retry, command_queue_retry, "queue retry", "", SET_HOST, 0,
    MESSAGE, NULL,
    "Try again now what waits for one server, or for all, and end the pauses.")
COMMAND(queue_drop, command_queue_drop, "queue drop", "[ID]", SET_HOST, 0,
    MESSAGE, NULL,
    "Give up one delivery by its number, or all that wait for the server given "
    "with --host.")

COMMAND(import, command_import, "import", "FILE", SET_IMPORT, COMMAND_INPUT,
    REPORT, NULL,
    "Import profiles, projects and updates from JSON, or one kind of them from "
    "CSV; - is standard input.  Either all of the file is imported or nothing, "
    "and all that is wrong is told at once.")
COMMAND(fetch, command_fetch, "fetch", "ADDRESS", 0, 0, DOCUMENT, NULL,
    "Show what an address of another server gives, or why it is refused.  "
    "Nothing is kept.")
COMMAND(reload, command_node_reload, "reload", "", 0, 0, MESSAGE, NULL,
    "Read the configuration and the certificates again.")
COMMAND(stop, command_node_stop, "stop", "", 0, 0, MESSAGE, NULL,
    "Stop the node; requests under way are finished.")

LOCAL_COMMAND(init, "init", "", SET_INIT, 0,
    "Set up a node: write its configuration, create its database, its two "
    "actors, the administrator's profile and their keys.  Asks on a terminal "
    "for what is not given.")
LOCAL_COMMAND(help, "help", "[COMMAND...]", 0, 0,
    "Show the commands, or one command with its options.")
LOCAL_COMMAND(completion, "completion", "SHELL", 0, 0,
    "Print what makes bash, zsh or fish complete the command line.")
LOCAL_COMMAND(complete, "complete", "[WORD...]", 0, COMMAND_HIDDEN,
    "Print what may stand in place of the last word.")
LOCAL_COMMAND(manual, "manual", "", 0, COMMAND_HIDDEN,
    "Print the manual's list of commands.")

OPTION(SET_ACTOR, "name", TEXT, "NAME", "Name that people see.")
OPTION(SET_ACTOR, "summary", TEXT, "TEXT", "Description, in Markdown.")
OPTION(SET_ACTOR, "summary-file", FILE, "FILE",
    "Description read from a file; - is standard input.")
OPTION(SET_PROFILE, "kind", TEXT, "KIND",
    "person (unless told otherwise), organisation, public_body or "
    "support_organisation.")
OPTION(SET_PROFILE, "skill", LIST, "TEXT", "Know-how; may be repeated.")
OPTION(SET_PROFILE, "language", LIST, "CODE",
    "Language spoken, as fr; may be repeated.")
OPTION(SET_PROJECT, "holder", TEXT, "USERNAME",
    "Profile that holds the project.")
OPTION(SET_PROJECT, "stage", TEXT, "STAGE",
    "idea, starting, running, looking (for more), done or paused.")
OPTION(SET_PROJECT, "status", TEXT, "TEXT",
    "Where the project stands, in a few words.")
OPTION(SET_PROJECT, "theme", LIST, "TEXT", "Theme; may be repeated.")
OPTION(SET_PROJECT, "team", LIST, "ROLE=WHO",
    "Member of the team: @username of this node, the id of an actor, or just a "
    "name; may be repeated.")
OPTION(SET_PROJECT, "supporter", LIST, "[ROLE=]WHO",
    "Who supports the project, written as for --team; may be repeated.")
OPTION(SET_ACTOR | SET_INIT, "commune", TEXT, "NAME",
    "Name of the commune; its codes and position are known.")
OPTION(SET_ACTOR | SET_INIT, "insee", TEXT, "CODE",
    "INSEE code of the commune, enough by itself; parvisctl place find tells "
    "it.")
OPTION(SET_ACTOR | SET_INIT, "postcode", TEXT, "CODE", "Postal code.")
OPTION(SET_ACTOR | SET_INIT, "lat", NUMBER, "DEGREES", "Latitude, WGS 84.")
OPTION(SET_ACTOR | SET_INIT, "lon", NUMBER, "DEGREES", "Longitude, WGS 84.")
OPTION(SET_ACTOR, "contact", TEXT, "TEXT",
    "How to be reached, shown to everyone.")
OPTION(SET_ACTOR, "link", LIST, "LABEL=URL", "Link; may be repeated.")
OPTION(SET_ACTOR, "discoverable", CHOICE, "yes|no",
    "Whether it is listed and suggested, here and elsewhere.")
OPTION(SET_ACTOR, "indexable", CHOICE, "yes|no",
    "Whether its public updates may be searched.")
OPTION(SET_ACTOR, "manually-approves", CHOICE, "yes|no",
    "Whether followers wait for parvisctl requests accept.")
OPTION(SET_ACCOUNT, "email", TEXT, "ADDRESS",
    "E-mail address; one can sign in with it too.")
OPTION(SET_JOIN, "introducer", TEXT, "YES|NO",
    "Whether whom it admits is admitted here too; yes unless it is said.")
OPTION(SET_PEERS, "state", TEXT, "STATE",
    "Only those that are waiting, admitted, refused or paused.")
OPTION(SET_RECLAIM, "holder", TEXT, "USERNAME",
    "Another profile that holds the project from now on.")
OPTION(SET_OF_HOLDER, "holder", TEXT, "USERNAME",
    "Only the projects of this profile.")

OPTION(SET_NOTE, "title", TEXT, "TEXT", "Title.")
OPTION(SET_NOTE, "text", TEXT, "TEXT", "Text, in Markdown.")
OPTION(SET_NOTE, "text-file", FILE, "FILE",
    "Text read from a file; - is standard input.")
OPTION(SET_NOTE, "language", TEXT, "CODE", "Language of the text; fr.")
OPTION(SET_NOTE_NEW, "visibility", CHOICE, "public|unlisted|followers",
    "Who may see it; public.")
OPTION(SET_NOTE_NEW, "published", TEXT, "TIME",
    "When it was published (RFC 3339), for older updates.")
OPTION(SET_NOTE_NEW, "in-reply-to", TEXT, "ID", "The id of what it answers.")

OPTION(SET_FOLLOW, "later", FLAG, NULL,
    "When the other server cannot be reached, keep trying.")
OPTION(SET_PAGE | SET_NAMES, "limit", INTEGER, "NUMBER",
    "How many at most; 100.")
OPTION(SET_PAGE, "after", INTEGER, "NUMBER",
    "Go on where a list ended: the value of next.")
OPTION(SET_NAMES, "after", TEXT, "HOST",
    "Go on where a list ended: the value of next.")
OPTION(SET_HOST, "host", TEXT, "HOST", "Only what goes to this server.")

OPTION(SET_FIND, "lat", NUMBER, "DEGREES",
    "Latitude of the position, WGS 84; with --lon, and without a text.")
OPTION(SET_FIND, "lon", NUMBER, "DEGREES", "Longitude of the position, WGS 84.")
OPTION(SET_FIND, "limit", INTEGER, "NUMBER",
    "How many at most, up to 100; 20.")

OPTION(SET_SEARCH, "near", TEXT, "COMMUNE",
    "Around a commune: its name, its postal code or its INSEE code.")
OPTION(SET_SEARCH, "lat", NUMBER, "DEGREES",
    "Latitude of the position instead, WGS 84; with --lon.")
OPTION(SET_SEARCH, "lon", NUMBER, "DEGREES",
    "Longitude of the position, WGS 84.")
OPTION(SET_SEARCH, "within", NUMBER, "KM", "At most so far away.")
OPTION(SET_SEARCH, "kind", LIST, "KIND",
    "project, profile, need or offer; may be repeated.")
OPTION(SET_SEARCH, "theme", TEXT, "TEXT", "Only this theme.")
OPTION(SET_SEARCH, "stage", TEXT, "STAGE",
    "Only projects of this stage, as in project create.")
OPTION(SET_SEARCH, "need", TEXT, "KIND", "Only needs and offers of this kind.")
OPTION(SET_SEARCH, "territory", TEXT, "DOMAIN",
    "Only what the node of this domain publishes.")
OPTION(SET_SEARCH, "departement", TEXT, "CODE",
    "Only in this departement: 91, 2A, 974.")
OPTION(SET_SEARCH, "sort", CHOICE, "best|nearest|newest", "Order; best.")
OPTION(SET_SEARCH, "counts", FLAG, NULL,
    "Tell how many there are of each kind and in each territory, too (with "
    "--json).")
OPTION(SET_SEARCH, "limit", INTEGER, "NUMBER",
    "How many at most, up to 100; 20.")
OPTION(SET_SEARCH, "after", TEXT, "CURSOR",
    "Go on where a list ended: the value of next.")

OPTION(SET_IMPORT, "format", CHOICE, "json|csv",
    "Format of the file; by the end of its name unless given.")
OPTION(SET_IMPORT, "skip-bad", FLAG, NULL,
    "Import what is right and tell what is not.")
OPTION(SET_IMPORT | SET_GAZETTEER, "dry-run", FLAG, NULL,
    "Check everything, change nothing.")
OPTION(SET_GAZETTEER, "far", INTEGER, "KM",
    "Leave out a place that is farther than this from where it is now; 30.  "
    "The farthest are told with --json.")
OPTION(SET_GAZETTEER_RESET, "corrections", FLAG, NULL,
    "Forget what was corrected by hand too.")
OPTION(SET_IMPORT, "update", FLAG, NULL,
    "Change profiles and projects that exist, instead of refusing them; what "
    "the file does not say stays.")

OPTION(SET_INIT, "config", TEXT, "FILE",
    "Configuration file to write; the one of -c unless given.")
OPTION(SET_INIT, "domain", TEXT, "NAME",
    "Public host name of the node; it can never change.")
OPTION(SET_INIT, "name", TEXT, "NAME", "Name of the territory.")
OPTION(SET_INIT, "admin", TEXT, "USERNAME",
    "Username of the administrator's profile.")
OPTION(SET_INIT, "https", LIST, "ADDRESS:PORT",
    "Where to serve HTTPS; may be repeated.")
OPTION(SET_INIT, "http", LIST, "ADDRESS",
    "Where to serve plain HTTP to a reverse proxy: a loopback address and "
    "port, or unix:PATH; may be repeated.")
OPTION(SET_INIT, "certificate", TEXT, "FILE", "Certificate chain, for --https.")
OPTION(SET_INIT, "key", TEXT, "FILE", "Private key, for --https.")
OPTION(SET_INIT, "ca-file", TEXT, "FILE",
    "Authorities that other servers are checked by.")
OPTION(SET_INIT, "data", TEXT, "FOLDER", "Folder of the database.")
OPTION(SET_INIT, "control", TEXT, "PATH", "Control socket.")
OPTION(SET_INIT, "allow-network", LIST, "CIDR",
    "Network that may be contacted although it is not public; may be repeated.")
OPTION(SET_INIT, "allow-port", LIST, "PORT",
    "Port besides 443 that may be contacted, or any; may be repeated.")
OPTION(SET_INIT, "threads", INTEGER, "NUMBER",
    "Threads that serve requests; 0 is one per processor.")
OPTION(SET_INIT, "set", LIST, "SECTION.NAME=VALUE",
    "Any other setting of parvis.conf(5); may be repeated.")
OPTION(SET_INIT, "user", TEXT, "USER",
    "System user that will run the node and owns its data.")
OPTION(SET_INIT, "yes", FLAG, NULL, "Ask nothing.")
