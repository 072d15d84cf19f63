/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* sink_io.h: what the sinks share about writing to a FILE. Not for others. */
#ifndef RSTTRACE_SINK_IO_H
#define RSTTRACE_SINK_IO_H

#include <errno.h>
#include <stdio.h>

/*
 * Result of the writes since errno was set to 0. stdio keeps a failure in the stream but its errno
 * only until the next call; a stream that failed earlier has none left, hence EIO.
 */
static inline int sink_io_result(FILE *out)
{
	if (!ferror(out))
		return 0;
	return errno ? -errno : -EIO;
}

static inline int sink_io_flush(FILE *out)
{
	errno = 0;
	if (fflush(out) == EOF)
		return errno ? -errno : -EIO;
	return sink_io_result(out);
}

#endif
