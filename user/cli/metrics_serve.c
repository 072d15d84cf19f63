/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * metrics_serve.c: libmicrohttpd, driven from outside. It is loaded only where it is wanted: linked with the program it
 * would bring GnuTLS into every run, 3 MB and 10 ms before the first line (libmicrohttpd 0.9.75 of Debian 12).
 */
#include "cli/metrics_serve.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/util.h"

#define LIBRARY "libmicrohttpd.so.12"

/* At a time. Whoever asks needs one. */
#define CONNECTIONS 16
/* For how long each may take, whatever it does meanwhile: the library's own limit counts from the last byte. */
#define CONNECTION_NS (UINT64_C(5) * 1000000000)
/* Of what it keeps of a connection: the request's headers. */
#define CONNECTION_BYTES 16384
/* What one call does at most before the tracer goes on. */
#define ROUNDS 32

/* What is used of it. */
#define FUNCTIONS(X)                       \
	X(MHD_start_daemon)                \
	X(MHD_stop_daemon)                 \
	X(MHD_get_daemon_info)             \
	X(MHD_get_connection_info)         \
	X(MHD_get_timeout)                 \
	X(MHD_run)                         \
	X(MHD_lookup_connection_value)     \
	X(MHD_create_response_from_buffer) \
	X(MHD_add_response_header)         \
	X(MHD_queue_response)              \
	X(MHD_destroy_response)

struct library {
	void *handle;
#define MEMBER(name) __typeof__(name) *name;
	FUNCTIONS(MEMBER)
#undef MEMBER
};

struct visitor {
	struct MHD_Connection *connection; /* NULL: free */
	uint64_t since_ns;
};

struct metrics_serve {
	struct library library;
	struct MHD_Daemon *daemon;
	int fd; /* of its epoll */
	metrics_serve_fn answer;
	void *context;
	struct buffer text;
	struct visitor visitor[CONNECTIONS];
};

/* ---- the library */

static int load(struct library *l, FILE *err)
{
	static const char *const names[] = {
#define NAME(name) #name,
		FUNCTIONS(NAME)
#undef NAME
	};
	void **const places[] = {
#define PLACE(name) (void **)&l->name,
		FUNCTIONS(PLACE)
#undef PLACE
	};

	l->handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	if (!l->handle) {
		fprintf(err,
			"rsttrace: --metrics needs " LIBRARY ", which is not installed; try: apt "
			"install libmicrohttpd12 (or dnf install libmicrohttpd)\n");
		return -ENOENT;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		*places[i] = dlsym(l->handle, names[i]);
		if (!*places[i]) {
			fprintf(err, "rsttrace: --metrics: " LIBRARY " has no %s; is it whole?\n",
				names[i]);
			return -ENOENT;
		}
	}
	return 0;
}

/* ---- the answers */

static enum MHD_Result put(struct metrics_serve *s, struct MHD_Connection *c, unsigned int status,
			   const char *type, const char *body, size_t n)
{
	struct MHD_Response *r = s->library.MHD_create_response_from_buffer(
		n, (void *)(uintptr_t)body, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!r)
		return MHD_NO;
	s->library.MHD_add_response_header(r, "Content-Type", type);
	/* One that is kept open until it idles for too long would be reset by one end or the other. */
	s->library.MHD_add_response_header(r, "Connection", "close");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		s->library.MHD_add_response_header(r, "Allow", "GET, HEAD");
	else
		s->library.MHD_add_response_header(r, "Vary", "Accept");
	result = s->library.MHD_queue_response(c, status, r);
	s->library.MHD_destroy_response(r);
	return result;
}

static enum MHD_Result say(struct metrics_serve *s, struct MHD_Connection *c, unsigned int status,
			   const char *line)
{
	return put(s, c, status, "text/plain; charset=utf-8", line, strlen(line));
}

static enum MHD_Result handle(void *context, struct MHD_Connection *c, const char *url,
			      const char *method, const char *version, const char *data,
			      size_t *data_len, void **state)
{
	struct metrics_serve *s = context;
	enum metrics_format format;

	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		return say(s, c, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or HEAD of /metrics\n");
	if (!strcmp(url, "/"))
		return say(s, c, MHD_HTTP_OK, "rsttrace: the metrics are at /metrics\n");
	if (strcmp(url, "/metrics") != 0)
		return say(s, c, MHD_HTTP_NOT_FOUND, "there is /metrics, and nothing else\n");
	format = metrics_accepted(
		s->library.MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Accept"));
	s->text.len = 0;
	s->answer(s->context, &s->text, format);
	if (s->text.failed) {
		s->text.failed = false;
		return MHD_NO;
	}
	return put(s, c, MHD_HTTP_OK, metrics_content_type(format), s->text.data, s->text.len);
}

/* ---- who is there */

static void visit(void *context, struct MHD_Connection *c, void **state,
		  enum MHD_ConnectionNotificationCode code)
{
	struct metrics_serve *s = context;
	struct MHD_Connection *was = code == MHD_CONNECTION_NOTIFY_STARTED ? NULL : c;

	for (size_t i = 0; i < CONNECTIONS; i++)
		if (s->visitor[i].connection == was) {
			s->visitor[i].connection = was ? NULL : c;
			s->visitor[i].since_ns = clock_ns(CLOCK_MONOTONIC);
			return;
		}
}

/* The library finds out that it is over, and cleans up. */
static void hang_up(struct metrics_serve *s, uint64_t now_ns)
{
	for (size_t i = 0; i < CONNECTIONS; i++) {
		const struct visitor *v = &s->visitor[i];
		const union MHD_ConnectionInfo *info;

		if (!v->connection || v->since_ns + CONNECTION_NS > now_ns)
			continue;
		info = s->library.MHD_get_connection_info(v->connection,
							  MHD_CONNECTION_INFO_CONNECTION_FD);
		if (info)
			shutdown(info->connect_fd, SHUT_RDWR);
	}
}

int metrics_serve_fd(const struct metrics_serve *s)
{
	return s ? s->fd : -1;
}

void metrics_serve_run(struct metrics_serve *s, uint64_t now_ns)
{
	MHD_UNSIGNED_LONG_LONG wait = 0;

	if (!s)
		return;
	hang_up(s, now_ns);
	for (int i = 0; i < ROUNDS && !wait; i++) {
		s->library.MHD_run(s->daemon);
		if (s->library.MHD_get_timeout(s->daemon, &wait) != MHD_YES)
			break;
	}
}

/* ---- beginning and end */

static int complain(FILE *err, const char *where, int error)
{
	fprintf(err, "rsttrace: --metrics cannot listen at %s: %s%s\n", where, strerror(error),
		error == EADDRINUSE	 ? "; try another port, or see who has it: ss -ltnp"
		: error == EADDRNOTAVAIL ? "; try an address that ip -br address lists"
					 : "");
	return -error;
}

static int listen_at(const struct listen_address *at, FILE *err)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(at->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(at->port) };
	const struct sockaddr *address = (const struct sockaddr *)&v4;
	socklen_t len = sizeof(v4);
	char where[TEXT_ENDPOINT_MAX];
	_cleanup(closep) int fd = -1;
	int on = 1;

	text_endpoint(where, at->address, at->family, at->port);
	memcpy(&v4.sin_addr, at->address, sizeof(v4.sin_addr));
	memcpy(&v6.sin6_addr, at->address, sizeof(v6.sin6_addr));
	if (at->family == 6) {
		address = (const struct sockaddr *)&v6;
		len = sizeof(v6);
	}
	fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return complain(err, where, errno);
	/* A restart finds the connections of the run before still in TIME_WAIT. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (at->family == 6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, address, len) || listen(fd, CONNECTIONS))
		return complain(err, where, errno);
	return take_fd(&fd);
}

static int start(struct metrics_serve *s, int fd)
{
	const union MHD_DaemonInfo *info;

	s->daemon = s->library.MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, handle, s, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)(CONNECTION_NS / 1000000000),
		MHD_OPTION_NOTIFY_CONNECTION, visit, s, MHD_OPTION_END);
	if (!s->daemon)
		return -EINVAL;
	info = s->library.MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info)
		return -EINVAL;
	s->fd = info->epoll_fd;
	return 0;
}

int metrics_serve_open(struct metrics_serve **out, const struct listen_address *at,
		       metrics_serve_fn answer, void *context, FILE *err)
{
	struct metrics_serve *s = calloc(1, sizeof(*s));
	int fd = -1, result = s ? load(&s->library, err) : -ENOMEM;

	if (!result) {
		s->answer = answer;
		s->context = context;
		fd = listen_at(at, err);
		result = fd < 0 ? fd : start(s, fd);
		/* With the daemon, the library owns the socket. */
		if (result && fd >= 0) {
			fprintf(err, "rsttrace: --metrics: " LIBRARY " does not start\n");
			if (!s->daemon)
				close(fd);
		}
	}
	if (result) {
		metrics_serve_close(s);
		return result;
	}
	*out = s;
	return 0;
}

void metrics_serve_close(struct metrics_serve *s)
{
	if (!s)
		return;
	if (s->daemon)
		s->library.MHD_stop_daemon(s->daemon);
	if (s->library.handle)
		dlclose(s->library.handle);
	buffer_free(&s->text);
	free(s);
}
