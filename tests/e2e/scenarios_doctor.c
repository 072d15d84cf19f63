/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scenarios_doctor.c: rsttrace doctor says what rsttrace trace then does, and leaves nothing behind. */
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "command.h"
#include "schema.h"
#include "xdp.h"

#define ARGS_MAX 8
#define BIT(capability) (1ULL << (capability))

/* Runs `rsttrace doctor ARGS…` as C says, and checks how it ends, with no word on stderr. Returns what
 * it printed, to be freed. */
static char *examine(struct run *run, struct command c, const char *const *args, int status)
{
	const char *all[ARGS_MAX] = { "doctor" };
	char *out, *err;
	int got;

	for (int i = 0; args && args[i]; i++)
		all[i + 1] = args[i];
	c.args = all;
	command_start(run, &c);
	got = command_wait(&c);
	out = tracer_output(c.out_file);
	err = tracer_output(c.err_file);
	if (got != status)
		run_fail("doctor: exit status %d, wanted %d: %s", got, status, out);
	if (*err)
		run_fail("doctor: stderr has: %s", err);
	free(err);
	close(c.out_file);
	close(c.err_file);
	return out;
}

static void begins(const char *text, const char *wanted)
{
	if (strncmp(text, wanted, strlen(wanted)) != 0)
		run_fail("it does not begin with '%s': %.200s", wanted, text);
}

static void has(const char *text, const char *wanted)
{
	if (!strstr(text, wanted))
		run_fail("'%s' is not in: %s", wanted, text);
}

static void nothing_attached(struct run *run)
{
	if (xdp_is_on(run, "srv0") || xdp_is_on(run, "lo"))
		run_fail("something is attached to srv0 or lo");
}

static void plain(struct run *run)
{
	long long begun = run_now();
	char *text = examine(run, (struct command){ .side = SIDE_SERVER }, NULL, 0);

	/* A second, for which it watches the host's rates; tests run beside each other. */
	if (run_now() - begun > 4000000000LL)
		run_fail("it took %lld ms", (run_now() - begun) / 1000000);
	begins(text, "tracing works here");
	has(text, "\nkernel ");
	has(text, "\n  load and attach      ok ");
	has(text, "\n  srv0 ");
	has(text, "\nprice\n");
	has(text, "\n  packets that leave   ok ");
	has(text, "% of one CPU");
	has(text, "\n  kernel memory        ok ");
	nothing_attached(run);
	free(text);
}

/* The interface of that name in the doctor's JSON. */
static json_t *interface_of(json_t *doctor, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(doctor, "interfaces"), i, item) {
		const char *is = json_string_value(json_object_get(item, "name"));

		if (is && !strcmp(is, name))
			return item;
	}
	run_fail("there is no interface %s", name);
	return NULL;
}

static void is_word(json_t *o, const char *key, const char *wanted)
{
	const char *value = json_string_value(json_object_get(o, key));

	if (!value || strcmp(value, wanted) != 0)
		run_fail("%s is %s, wanted %s", key, value ? value : "absent", wanted);
}

/* `doctor -j`, held against the schema. *LINE is to be released. */
static json_t *examine_json(struct run *run, struct command c, const char *interface, int status,
			    json_t **line)
{
	const char *const args[] = { "-j", interface ? "-i" : NULL, interface, NULL };
	char path[512], *text = examine(run, c, args, status);
	FILE *f;

	snprintf(path, sizeof(path), "%s/doctor.json", run->directory);
	f = fopen(path, "we");
	if (!f || fputs(text, f) == EOF || fclose(f))
		run_die("%s: cannot write", path);
	*line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (!*line)
		run_die("no JSON: %s", text);
	free(text);
	schema_check(run, path);
	return json_object_get(*line, "doctor");
}

static void json(struct run *run)
{
	struct command here = { .side = SIDE_SERVER };
	json_t *line, *doctor = examine_json(run, here, NULL, 0, &line), *in;

	if (!json_is_true(json_object_get(doctor, "works")))
		run_fail("it does not say that tracing works");
	if (json_array_size(json_object_get(doctor, "checks")) < 25)
		run_fail("%zu checks are not all",
			 json_array_size(json_object_get(doctor, "checks")));
	in = interface_of(doctor, "lo");
	if (json_integer_value(json_object_get(in, "ifindex")) != 1)
		run_fail("lo is not number 1");
	in = interface_of(doctor, "srv0");
	is_word(in, "driver", "veth");
	/* Kernels before 6.3 do not tell. */
	if (strcmp(json_string_value(json_object_get(in, "xdp")), "unknown") != 0)
		is_word(in, "xdp", "native");
	is_word(interface_of(doctor, "lo"), "xdp", "generic");
	json_decref(line);
}

static void not_root(struct run *run)
{
	struct command nobody = { .side = SIDE_SERVER, .nobody = true };
	char *text = examine(run, nobody, NULL, 1);

	begins(text, "tracing cannot work here: CAP_BPF is missing: ");
	has(text, "run it as root");
	has(text, "\n  CAP_PERFMON          fatal ");
	free(text);
}

/* Both ways of tracing without root, and what is lost then. */
static void few_privileges(struct run *run)
{
	static const uint64_t keeps[] = { BIT(CAP_BPF) | BIT(CAP_PERFMON), BIT(CAP_SYS_ADMIN) };
	static const char *const args[] = { "-j", "-d", "0.1", NULL };

	for (size_t i = 0; i < 2; i++) {
		struct command c = { .side = SIDE_SERVER, .nobody = true, .keep = keeps[i] };
		char *text = examine(run, c, NULL, 0);
		int out;

		begins(text, "tracing works here; ");
		has(text, "\n  CAP_NET_ADMIN        lost ");
		has(text, "\n  CAP_SYS_PTRACE       lost ");
		has(text, "\n  load and attach      ok ");
		free(text);
		c.args = args;
		command_start(run, &c);
		out = dup(c.out_file);
		command_expect(&c, 0, 0, NULL);
		text = tracer_output(out);
		close(out);
		/* What it costs is in the run's own summary. */
		has(text, "CAP_NET_ADMIN is missing");
		has(text, "CAP_SYS_PTRACE is missing");
		if (!!strstr(text, "CAP_SYS_ADMIN is missing") == (keeps[i] == BIT(CAP_SYS_ADMIN)))
			run_fail("CAP_SYS_ADMIN: %s", text);
		free(text);
	}
}

/* What it says of -i is what tracing with it does. */
static void agree(struct run *run, const char *interface, uint64_t keep)
{
	const char *const traced[] = { "-i", interface, "-d", "0.1", NULL };
	const char *const asked[] = { "-i", interface, NULL };
	struct command c = { .side = SIDE_SERVER, .nobody = keep, .keep = keep };
	int status;
	char *text;

	c.args = traced;
	command_start(run, &c);
	status = command_wait(&c);
	close(c.out_file);
	close(c.err_file);
	text = examine(run, (struct command){ .side = SIDE_SERVER, .nobody = keep, .keep = keep },
		       asked, status);
	begins(text, status ? "tracing cannot work here with -i " : "tracing works here");
	free(text);
}

static void agrees(struct run *run)
{
	static const char *const interfaces[] = { "srv0", "srv0:generic", "lo", "lo:generic",
						  "nosuch0" };
	uint64_t keep = BIT(CAP_BPF) | BIT(CAP_PERFMON);

	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++)
		agree(run, interfaces[i], 0);
	nothing_attached(run);
	agree(run, "srv0", keep);
	agree(run, "srv0", keep | BIT(CAP_NET_ADMIN));
	/* Of a veth, that of the other end counts; larger ones need more than a page. */
	for (int mtu = 3500; mtu <= 3510; mtu += 2) {
		netlab_sh(&run->lab, SIDE_CLIENT, "ip link set cli0 mtu %d", mtu);
		agree(run, "srv0", 0);
	}
	agree(run, "srv0:generic", 0);
	nothing_attached(run);
}

static void other_program(struct run *run)
{
	int program = xdp_load(), link = xdp_attach(run, program, "srv0");
	json_t *line, *doctor, *in;

	doctor = examine_json(run, (struct command){ .side = SIDE_SERVER }, NULL, 0, &line);
	in = interface_of(doctor, "srv0");
	is_word(in, "xdp", "taken");
	is_word(in, "state", "ok");
	if (json_integer_value(json_object_get(in, "program")) <= 0)
		run_fail("whose program it is is not told");
	json_decref(line);
	doctor = examine_json(run, (struct command){ .side = SIDE_SERVER }, "srv0", 1, &line);
	is_word(interface_of(doctor, "srv0"), "state", "fatal");
	json_decref(line);
	agree(run, "srv0", 0);
	agree(run, "srv0:generic", 0);
	if (!xdp_is_on(run, "srv0"))
		run_fail("the other program is not attached any more");
	close(link);
	close(program);
}

/* An interface may be called anything without space, slash and colon. */
static void hostile_interface(struct run *run)
{
	struct command here = { .side = SIDE_SERVER };
	json_t *line;
	char *text;

	netlab_sh(&run->lab, SIDE_SERVER,
		  "ip link add \"$(printf 'a\\033[31m\\377b')\" type veth peer name hostile1");
	text = examine(run, here, NULL, 0);
	if (strchr(text, '\033') || strchr(text, '\377'))
		run_fail("the name is printed as it is");
	has(text, "\n  a\\x1b[31m\\xffb ");
	free(text);
	interface_of(examine_json(run, here, NULL, 0, &line), "a\\x1b[31m\\xffb");
	json_decref(line);
}

/* What else may be missing, each in a mount namespace of its own: the commands that make it so, the
 * doctor's verdict, and what it says. */
static const struct {
	const char *make, *verdict, *says;
} systems[] = {
	{ "umount -l /sys/kernel/debug; umount -l /sys/kernel/tracing; ! test -e /sys/kernel/tracing/events",
	  "tracing works here", "tracefs              ok        not mounted" },
	{ "umount -Rl /sys/fs/cgroup", "tracing works here; ", "cgroup               lost " },
	{ "mount -t tmpfs none /sys/kernel/btf",
	  "tracing cannot work here: BTF: ", "BTF                  fatal " },
	{ "mount -t tmpfs none /sys/kernel/security && "
	  "echo \"none [integrity] confidentiality\" >/sys/kernel/security/lockdown",
	  "tracing works here", "lockdown             ok        integrity: nothing is lost" },
	/* Not in force: what the kernel does counts. */
	{ "mount -t tmpfs none /sys/kernel/security && "
	  "echo \"none integrity [confidentiality]\" >/sys/kernel/security/lockdown",
	  "tracing works here; ", "lockdown             lost " },
};

static void elsewhere(struct run *run)
{
	for (size_t i = 0; i < ARRAY_SIZE(systems); i++) {
		bool works = !strncmp(systems[i].verdict, "tracing works", 13);

		netlab_sh(
			&run->lab, SIDE_SERVER,
			"unshare -m sh -c '%s || exit 99\n"
			"%s doctor >%s/doctor.txt; test $? = %d || exit 98\n"
			"timeout 5 %s -d 0.1 >/dev/null 2>&1; test $? = %d || exit 97'\n"
			"err=$?\n"
			"head -1 %s/doctor.txt | grep -q \"^%s\" && grep -q \"%s\" %s/doctor.txt ||\n"
			"{ cat %s/doctor.txt >&2; exit 96; }\n"
			"exit $err",
			systems[i].make, run->binary, run->directory, !works, run->binary, !works,
			run->directory, systems[i].verdict, systems[i].says, run->directory,
			run->directory);
	}
}

static void user_namespace(struct run *run)
{
	netlab_sh(&run->lab, SIDE_SERVER,
		  "unshare -U -r true || exit 0\n"
		  "unshare -U -r %s doctor >%s/doctor.txt; test $? = 1 || exit 98\n"
		  "head -1 %s/doctor.txt | grep -q \"^tracing cannot work here: user namespace: \"",
		  run->binary, run->directory, run->directory);
}

const struct scenario scenarios_doctor[] = {
	/* It watches the rates of the whole machine, and says what it costs, in a limit of time. */
	{ "doctor", plain, ONCE | EXCLUSIVE, false },
	{ "doctor-json", json, ONCE, false },
	{ "doctor-not-root", not_root, ONCE, false },
	{ "doctor-few-privileges", few_privileges, ONCE, false },
	{ "doctor-agrees", agrees, ONCE, false },
	{ "doctor-other-program", other_program, ONCE, false },
	{ "doctor-hostile-interface", hostile_interface, ONCE, false },
	{ "doctor-elsewhere", elsewhere, ONCE, false },
	{ "doctor-user-namespace", user_namespace, ONCE, false },
	{ 0 },
};
