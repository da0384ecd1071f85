/*
 * out_pprof - a profile that `go tool pprof` reads (profile.proto, gzipped).
 *
 * Sample types are those of a Go heap profile: alloc_objects, alloc_space,
 * inuse_objects, inuse_space; in use is what was never freed.  Each frame is
 * a location, its inlined calls are the location's lines, each module is a
 * mapping with its build-id.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "common/base/attrs.h"
#include "tool/base/alloc.h"
#include "tool/report/proto.h"
#include "tool/report/report.h"

/* Field numbers of profile.proto. */
enum { PROFILE_SAMPLE_TYPE = 1, PROFILE_SAMPLE, PROFILE_MAPPING,
	PROFILE_LOCATION, PROFILE_FUNCTION, PROFILE_STRING,
	PROFILE_TIME = 9, PROFILE_DURATION = 10,
	PROFILE_DEFAULT_TYPE = 14 };
enum { STACK_MAX = 4096, MODULE_SPAN = 32 };

struct pprof {
	struct report *r;
	struct proto out;
	struct proto part, inner;	/* the message being built */
	uint32_t *function_id;	/* by string of the function's name */
	size_t n_functions;
	uint64_t fixed[8];	/* string numbers of our own words */
};

/* The string table is the model's strings followed by our words. */
static const char *const words[] = {
	"alloc_objects", "count", "alloc_space", "bytes", "inuse_objects",
	"inuse_space"
};
enum { W_ALLOC_OBJECTS, W_COUNT, W_ALLOC_SPACE, W_BYTES, W_INUSE_OBJECTS,
	W_INUSE_SPACE, WORDS };

static void
put_sample_types(struct pprof *p)
{
	static const unsigned types[][2] = {
		{ W_ALLOC_OBJECTS, W_COUNT }, { W_ALLOC_SPACE, W_BYTES },
		{ W_INUSE_OBJECTS, W_COUNT }, { W_INUSE_SPACE, W_BYTES },
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		proto_number(&p->part, 1, p->fixed[types[i][0]]);
		proto_number(&p->part, 2, p->fixed[types[i][1]]);
		proto_message(&p->out, PROFILE_SAMPLE_TYPE, &p->part);
	}
}

/* Modules get address ranges of their own, so that an address says which
 * module it is in: the real ones are not in the log. */
static uint64_t
base_of(uint32_t module)
{
	return (uint64_t)module << MODULE_SPAN;
}

static void
put_mapping(struct pprof *p, uint32_t id)
{
	const struct module *x = &p->r->m.modules[id];

	proto_number(&p->part, 1, id);
	proto_number(&p->part, 2, base_of(id));
	proto_number(&p->part, 3, base_of(id + 1));
	proto_number(&p->part, 5, x->path != 0 ? x->path : x->name);
	proto_number(&p->part, 6, x->build_id);
	/* Functions, files, lines, inlined calls are filled in. */
	for (unsigned has = 7; has <= 10; has++)
		proto_number(&p->part, has, 1);
	proto_message(&p->out, PROFILE_MAPPING, &p->part);
}

/* The program is where the outermost frame called _start is. */
static uint32_t
main_module(struct report *r)
{
	const struct model *m = &r->m;
	unsigned count;

	for (size_t i = 1; i < m->n_nodes; i++) {
		uint32_t frame = m->nodes[i].frame;

		if (m->nodes[i].parent == 0 && strcmp(names_text(&r->names,
		    names_of(&r->names, frame, &count)->function),
		    "_start") == 0)
			return m->frames[frame].module;
	}
	return 0;
}

/* A reader takes the first mapping for the program. */
static void
put_mappings(struct pprof *p)
{
	uint32_t first = main_module(p->r);

	if (first != 0)
		put_mapping(p, first);
	for (uint32_t i = 1; i < p->r->m.n_modules; i++)
		if (i != first)
			put_mapping(p, i);
}

static uint64_t
put_function(struct pprof *p, const struct name *name)
{
	if (p->function_id[name->function] == 0) {
		struct proto f = { 0 };

		p->function_id[name->function] = (uint32_t)++p->n_functions;
		proto_number(&f, 1, p->n_functions);
		proto_number(&f, 2, name->function);
		proto_number(&f, 3, name->function);
		proto_number(&f, 4, name->file);
		proto_message(&p->out, PROFILE_FUNCTION, &f);
		proto_drop(&f);
	}
	return p->function_id[name->function];
}

static void
put_location(struct pprof *p, uint32_t frame)
{
	const struct frame f = p->r->m.frames[frame];
	unsigned count;
	const struct name *name = names_of(&p->r->names, frame, &count);

	proto_number(&p->part, 1, frame);
	proto_number(&p->part, 2, f.module);
	proto_number(&p->part, 3, base_of(f.module) +
	    (f.addr & (((uint64_t)1 << MODULE_SPAN) - 1)));
	for (unsigned i = 0; i < count; i++) {
		proto_number(&p->inner, 1, put_function(p, &name[i]));
		proto_number(&p->inner, 2, name[i].line);
		proto_message(&p->part, 4, &p->inner);
	}
	proto_message(&p->out, PROFILE_LOCATION, &p->part);
}

static void
put_sample(struct pprof *p, const struct site *s)
{
	const struct model *m = &p->r->m;
	const uint64_t values[] = { s->allocs, s->bytes, s->live_blocks,
		s->live };
	uint64_t stack[STACK_MAX];
	size_t n = 0;

	for (uint32_t node = s->node; node != 0 && n < STACK_MAX;
	    node = m->nodes[node].parent)
		stack[n++] = m->nodes[node].frame;
	proto_packed(&p->part, 1, stack, n);
	proto_packed(&p->part, 2, values, ARRAY_LEN(values));
	proto_message(&p->out, PROFILE_SAMPLE, &p->part);
}

static void
put_strings(struct pprof *p)
{
	const struct strings *s = &p->r->m.strings;

	for (size_t i = 0; i < s->used; i++)
		proto_bytes(&p->out, PROFILE_STRING, s->text[i],
		    strlen(s->text[i]));
}

/* All names must be strings of the model before their numbers are used. */
static void
prepare(struct pprof *p)
{
	struct model *m = &p->r->m;
	unsigned count;

	for (uint32_t i = 1; i < m->n_frames; i++)
		names_of(&p->r->names, i, &count);
	for (size_t i = 0; i < WORDS; i++)
		p->fixed[i] = strings_add(&m->strings, words[i],
		    strlen(words[i]));
	p->function_id = alloc_zeroed(m->strings.used, sizeof(uint32_t));
}

static bool
write_gzip(const struct proto *p, FILE *to)
{
	/* 16 more bits of window mean: with a gzip header. */
	z_stream z = { .next_in = p->data, .avail_in = (uInt)p->len };
	Bytef chunk[64 * KIB];
	int r;

	if (p->len > UINT32_MAX || deflateInit2(&z, Z_DEFAULT_COMPRESSION,
	    Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	do {
		z.next_out = chunk;
		z.avail_out = sizeof(chunk);
		r = deflate(&z, Z_FINISH);
		fwrite(chunk, 1, sizeof(chunk) - z.avail_out, to);
	} while (r == Z_OK);
	deflateEnd(&z);
	return r == Z_STREAM_END && !ferror(to);
}

bool
pprof_print(struct report *r, FILE *to)
{
	struct pprof p = { .r = r };
	const struct totals *t = &r->m.totals;

	prepare(&p);
	put_sample_types(&p);
	for (size_t i = 1; i < r->m.n_sites; i++)
		put_sample(&p, &r->m.sites[i]);
	put_mappings(&p);
	for (uint32_t i = 1; i < r->m.n_frames; i++)
		put_location(&p, i);
	put_strings(&p);
	proto_number(&p.out, PROFILE_DURATION, t->last_ns - t->first_ns);
	/* With nothing in use, a reader should see the allocations. */
	proto_number(&p.out, PROFILE_DEFAULT_TYPE, p.fixed[t->live > 0 ?
	    W_INUSE_SPACE : W_ALLOC_SPACE]);

	bool done = write_gzip(&p.out, to);

	proto_drop(&p.out);
	proto_drop(&p.part);
	proto_drop(&p.inner);
	free(p.function_id);
	return done;
}
