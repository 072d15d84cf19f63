/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* shared.c: what SIGUSR1 makes it say is the scenario's summary. */
#include "shared.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "patience.h"

#define SUMMARY_MS 10000
/* A namespace that was gone when somebody asked is not looked for again before (netns.c), and the last scenario's
 * numbers may be this one's. */
#define NOT_FOUND_US 1100000

void shared_begin(struct run *run)
{
	tracer_start(run, NULL);
	run->tracer.shared = run->tracer.out;
}

static void begin_anew(struct tracer *t)
{
	struct stat st;

	if (fstat(t->shared, &st) < 0)
		run_die("fstat: %s", strerror(errno));
	json_decref(t->events);
	json_decref(t->summary);
	json_decref(t->interim);
	*t = (struct tracer){
		.pid = t->pid,
		.shared = t->shared,
		.copied = st.st_size,
		.out = tracer_memory("stdout"),
		.err = tracer_memory("stderr"),
		.events = json_array(),
		.interim = json_array(),
	};
}

void shared_adopt(struct tracer *t)
{
	begin_anew(t);
	usleep(NOT_FOUND_US);
	/* To sum up it looks at all namespaces: it knows the scenario's from now on, as one that starts now would. */
	shared_ask(t);
	begin_anew(t);
}

void shared_copy(struct tracer *t)
{
	char *text = tracer_output_from(t->shared, t->copied);
	size_t len = strlen(text);

	if (write(t->out, text, len) != (ssize_t)len)
		run_die("write: %s", strerror(errno));
	t->copied += (off_t)len;
	free(text);
}

void shared_ask(struct tracer *t)
{
	long long until = run_now() + patience(SUMMARY_MS) * 1000000LL;
	json_t *last = NULL;

	while (!last || json_integer_value(json_object_get(last, "waiting"))) {
		size_t n = json_array_size(t->interim);

		if (kill(t->pid, SIGUSR1))
			run_die("the shared tracer is gone");
		while (json_array_size(t->interim) == n) {
			if (run_now() > until)
				run_die("no summary within %d ms of SIGUSR1", patience(SUMMARY_MS));
			usleep(2000);
			tracer_take_in(t);
		}
		last = json_array_get(t->interim, n);
	}
	t->summary = json_incref(last);
}
