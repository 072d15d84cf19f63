/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * keep.c: large pieces of memory are kept for the next run. The address sanitizer maps and unmaps each of them, and
 * what it notes about them, anew: most of a short run's time went there. Who uses a piece after freeing it, frees it
 * again or never, or writes beyond it is still found.
 */
#include <sanitizer/allocator_interface.h>
#include <sanitizer/asan_interface.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#define LARGE 16384
#define LARGEST (16 << 20)
#define KEPT_MAX 16
#define FILLED 4096 /* as the sanitizer does: so much of what nobody has set is no zero */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void __wrap_free(void *p);
ZSTD_DCtx *__wrap_ZSTD_createDCtx(void);
const char *__asan_default_options(void);

static struct {
	void *at;
	size_t size;
} kept[KEPT_MAX];
static size_t next; /* which goes when there is no room */

/* What was freed is remembered for longer than a run takes, but not for 256 MB: that much memory is never warm. What is
 * noted about large pieces is overwritten, not mapped anew. */
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=16:thread_local_quarantine_size_kb=256:clear_shadow_mmap_threshold=67108864";
}

/* The smallest that has room, if that is not much too large. What is beyond SIZE stays poisoned. */
static void *take(size_t size)
{
	size_t best = KEPT_MAX;
	void *at;

	for (size_t i = 0; size >= LARGE && i < KEPT_MAX; i++)
		if (kept[i].size >= size && kept[i].size / 4 <= size &&
		    (best == KEPT_MAX || kept[i].size < kept[best].size))
			best = i;
	if (best == KEPT_MAX)
		return NULL;
	at = kept[best].at;
	kept[best].at = NULL;
	kept[best].size = 0;
	ASAN_UNPOISON_MEMORY_REGION(at, size);
	return at;
}

void *__wrap_malloc(size_t size)
{
	void *at = take(size);

	return at ? memset(at, 0xbe, FILLED) : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	size_t all;
	void *at = __builtin_mul_overflow(n, size, &all) ? NULL : take(all);

	return at ? memset(at, 0, all) : __real_calloc(n, size);
}

void __wrap_free(void *p)
{
	size_t size = p ? __sanitizer_get_allocated_size(p) : 0;

	if (size < LARGE || size > LARGEST) {
		__real_free(p);
		return;
	}
	(void)*(volatile char *)p; /* freed already: it is poisoned */
	if (kept[next].at) {
		ASAN_UNPOISON_MEMORY_REGION(kept[next].at, kept[next].size);
		__real_free(kept[next].at);
	}
	ASAN_POISON_MEMORY_REGION(p, size);
	kept[next].at = p;
	kept[next].size = size;
	next = (next + 1) % KEPT_MAX;
}

static void *zstd_alloc(void *context, size_t size)
{
	(void)context;
	return __wrap_malloc(size);
}

static void zstd_free(void *context, void *p)
{
	(void)context;
	__wrap_free(p);
}

ZSTD_DCtx *__wrap_ZSTD_createDCtx(void)
{
	return ZSTD_createDCtx_advanced((ZSTD_customMem){ zstd_alloc, zstd_free, NULL });
}
