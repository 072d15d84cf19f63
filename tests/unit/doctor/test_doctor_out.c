/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* test_doctor_out.c: the doctor's table and JSON, also with hostile names in them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/doctor_out.h"
#include "json_check.h"

static struct doctor *sample(void)
{
	static struct doctor_interface in[20];
	static struct doctor d;

	memset(in, 0, sizeof(in));
	d = (struct doctor){ .interface = in, .ninterfaces = 20 };
	strcpy(d.release, "5.10.0-32-amd64");
	doctor_add(&d, DOCTOR_KERNEL, "tcp_send_reset", DOCTOR_OK, "in this kernel");
	doctor_add(&d, DOCTOR_KERNEL, "net_dev_queue", DOCTOR_OK, "in this kernel");
	doctor_add(&d, DOCTOR_KERNEL, "drop-socket", DOCTOR_REPLACED, "another way is taken");
	doctor_todo(
		doctor_add(&d, DOCTOR_CONFIGURATION, "cgroup", DOCTOR_LOST, "%s",
			   "a long sentence that has to go on in the next line of the table, since "
			   "it is far too long for the first"),
		"mount -t cgroup2 none /sys/fs/cgroup");
	doctor_add(&d, DOCTOR_PRIVILEGES, "CAP_BPF", DOCTOR_OK, "there");
	doctor_add(&d, DOCTOR_TRIAL, "load and attach", DOCTOR_OK, "done");
	for (uint32_t i = 0; i < 20; i++) {
		snprintf(in[i].name, sizeof(in[i].name), "x%u", i);
		in[i].ifindex = i + 1;
		in[i].mtu = 1500;
	}
	memcpy(in[0].name, "a\033[31m\xff\"\\", 9);
	memcpy(in[1].name, "b\xc3\xa4\xe2\x80\xae", 7);
	memset(in[0].driver, '\n', sizeof(in[0].driver));
	in[2].program = 77;
	in[19].asked = true;
	for (uint32_t i = 0; i < 20; i++)
		doctor_judge(&in[i], true, 4096);
	doctor_conclude(&d);
	return &d;
}

static char *render(const struct doctor *d, int (*put)(const struct doctor *d, FILE *out))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	cr_expect_eq(put(d, out), 0);
	fclose(out);
	return text;
}

static int brief(const struct doctor *d, FILE *out)
{
	return doctor_text(d, false, out);
}

static int whole(const struct doctor *d, FILE *out)
{
	return doctor_text(d, true, out);
}

/* No line is wider than 120 columns, and none holds anything that a terminal would obey. */
static void assert_lines(const char *text)
{
	for (const char *p = text; *p;) {
		size_t len = strcspn(p, "\n"), columns = 0;

		for (size_t i = 0; i < len; i++) {
			cr_expect_geq((unsigned char)p[i], ' ', "%.*s", (int)len, p);
			columns += (p[i] & 0xc0) != 0x80;
		}
		cr_expect_leq(columns, 120, "%.*s", (int)len, p);
		cr_expect(!len || p[len - 1] != ' ', "%.*s", (int)len, p);
		p += len + 1;
	}
}

Test(doctor_out, text)
{
	char *text = render(sample(), brief);

	assert_lines(text);
	cr_expect_eq(strncmp(text, "tracing works here; 1 thing is lost\n\nCHECK ", 43), 0, "%s",
		     text);
	cr_expect_not_null(strstr(text, "\nkernel 5.10.0-32-amd64\n"));
	cr_expect_not_null(
		strstr(text, "\n  drop-socket          replaced  another way is taken\n"));
	cr_expect_not_null(
		strstr(text, "\n  in this kernel       ok        tcp_send_reset, net_dev_queue\n"));
	cr_expect_not_null(
		strstr(text, "\n                                 to do: mount -t cgroup2 none"));
	cr_expect_not_null(strstr(text, "\n                                 long for the"), "%s",
			   text);
	cr_expect_not_null(strstr(text, "\n  a\\x1b[31m\\xff\"\\\\     unknown   \\x0a"));
	cr_expect_not_null(strstr(text, "\n  b\xc3\xa4\\xe2\\x80\\xae"), "%s", text);
	cr_expect_not_null(strstr(text, "\n  x2                   taken     XDP program 77"));
	/* What is asked for is shown, however many there are. */
	cr_expect_not_null(strstr(text, "\n  x19 "));
	cr_expect_null(strstr(text, "\n  x18 "));
	cr_expect_not_null(strstr(text, "\n  and 3 more: rsttrace doctor -v\n"));
	free(text);
}

Test(doctor_out, whole_text)
{
	char *text = render(sample(), whole);

	assert_lines(text);
	cr_expect_not_null(strstr(text, "\n  net_dev_queue        ok        in this kernel\n"));
	cr_expect_not_null(strstr(text, "\n  x18 "));
	cr_expect_null(strstr(text, " more: "));
	free(text);
}

Test(doctor_out, a_verdict_of_several_lines)
{
	struct doctor *d = sample();
	char *text;

	memset(d->verdict, 'x', sizeof(d->verdict) - 1);
	for (size_t i = 7; i < sizeof(d->verdict) - 1; i += 8)
		d->verdict[i] = ' ';
	text = render(d, brief);
	assert_lines(text);
	free(text);
}

Test(doctor_out, json)
{
	char *text = render(sample(), doctor_json);
	json_t *o = json_line(text), *list, *item;

	cr_expect(json_is_true(json_at(o, "doctor.works")));
	json_assert_str(o, "doctor.verdict", "tracing works here; 1 thing is lost");
	json_assert_int(o, "doctor.lost", 1);
	json_assert_str(o, "doctor.kernel", "5.10.0-32-amd64");
	list = json_at(o, "doctor.checks");
	cr_expect_eq(json_array_size(list), 6);
	item = json_array_get(list, 3);
	json_assert_str(item, "group", "configuration");
	json_assert_str(item, "name", "cgroup");
	json_assert_str(item, "state", "lost");
	json_assert_str(item, "todo", "mount -t cgroup2 none /sys/fs/cgroup");
	json_assert_absent(json_array_get(list, 0), "todo");
	list = json_at(o, "doctor.interfaces");
	cr_expect_eq(json_array_size(list), 20);
	json_assert_str(json_array_get(list, 0), "name", "a\\x1b[31m\\xff\"\\\\");
	json_assert_str(json_array_get(list, 2), "xdp", "taken");
	json_assert_int(json_array_get(list, 2), "program", 77);
	json_assert_absent(json_array_get(list, 3), "program");
	cr_expect(json_is_true(json_at(json_array_get(list, 19), "asked")));
	json_decref(o);
	free(text);
}

Test(doctor_out, json_of_nothing)
{
	struct doctor d = { 0 };
	char *text;

	doctor_conclude(&d);
	text = render(&d, doctor_json);
	json_decref(json_line(text));
	free(text);
}

Test(doctor_out, a_full_device)
{
	FILE *out = fopen("/dev/full", "w");

	cr_assert_not_null(out);
	setvbuf(out, NULL, _IONBF, 0);
	cr_expect_lt(doctor_json(sample(), out), 0);
	clearerr(out);
	cr_expect_lt(doctor_text(sample(), false, out), 0);
	fclose(out);
}
