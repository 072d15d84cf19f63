/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* clerk_answers.h: who answers which question, each in the file that asks it. */
#ifndef RSTTRACE_CLERK_ANSWERS_H
#define RSTTRACE_CLERK_ANSWERS_H

#include "host/clerk.h"

/* Returns 0 or -errno. WITH: the descriptor that came with the question; -1: none. */
typedef int clerk_answer_fn(const struct clerk_ask *ask, int with, struct clerk_found *out);

clerk_answer_fn process_answer_stat, process_answer_all, process_answer_cgroup;
clerk_answer_fn place_answer_number, place_answer_inhabitants;
clerk_answer_fn netns_answer_each, netns_answer_open, netns_answer_socket, netns_answer_file;
clerk_answer_fn cgroup_answer_path, names_answer_file;
clerk_answer_fn wire_answer_programs, wire_answer_program, wire_answer_holders;

#endif
