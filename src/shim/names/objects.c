/*
 * objects - which object an address of code lies in, then and now.
 */
#include "shim/names/objects.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "common/base/buf.h"
#include "common/base/lock.h"
#include "common/base/mem.h"
#include "common/base/sys.h"
#include "common/symbol/headers.h"
#include "shim/names/objectfile.h"
#include "shim/sink/sink.h"
#include "shim/stack/stack.h"

enum { PATH_SPACE = OBJECTFILE_PATH_MAX, LOCK_PATIENCE_MS = 200 };

static struct object *_Atomic table[OBJECTS_MAX];
static _Atomic unsigned count;		/* of the table; grows under the lock */
static struct lock lock;		/* entering, announcing, marking */
static _Atomic uint32_t generation = 1;	/* grows with each fork */
static bool alone;	/* before main: files are opened directly */

/* An object as the loader describes it. */
struct found {
	uintptr_t start, end, bias;
	const char *path;	/* "" for the program itself */
	struct build_id build_id;
};

uint32_t
objects_generation(void)
{
	return atomic_load_explicit(&generation, memory_order_relaxed);
}

static struct object *
object_at(unsigned i)
{
	return atomic_load_explicit(&table[i], memory_order_acquire);
}

static bool
is_loaded(const struct object *m)
{
	return atomic_load_explicit(&m->last_stack, memory_order_relaxed) ==
	    UINT32_MAX;
}

/* Of the objects that covered @pc, the first to go away after @stack. */
static struct object *
entered(uintptr_t pc, uint32_t stack)
{
	unsigned n = atomic_load_explicit(&count, memory_order_acquire);
	struct object *best = NULL;
	uint32_t best_last = 0;

	for (unsigned i = 0; i < n; i++) {
		struct object *m = object_at(i);
		uint32_t last;

		if (pc < m->start || pc >= m->end)
			continue;
		last = atomic_load_explicit(&m->last_stack,
		    memory_order_relaxed);
		if (stack < last && (best == NULL || last < best_last)) {
			best = m;
			best_last = last;
		}
	}
	return best;
}

uint32_t
objects_changed_at(uintptr_t pc)
{
	unsigned n = atomic_load_explicit(&count, memory_order_acquire);
	uint32_t changed = 0;

	for (unsigned i = 0; i < n; i++) {
		const struct object *m = object_at(i);

		if (pc >= m->start && pc < m->end && !is_loaded(m))
			changed = MAX(changed, atomic_load_explicit(
			    &m->last_stack, memory_order_relaxed));
	}
	return changed;
}

static bool
ask_loader(uintptr_t pc, struct found *f)
{
	struct dl_find_object o;
	const struct link_map *map;
	struct headers headers;

	if (_dl_find_object((void *)pc, &o) != 0)
		return false;
	map = o.dlfo_link_map;
	f->start = (uintptr_t)o.dlfo_map_start;
	f->end = (uintptr_t)o.dlfo_map_end;
	f->bias = map->l_addr;
	f->path = map->l_name != NULL ? map->l_name : "";
	memset(&f->build_id, 0, sizeof(f->build_id));
	if (headers_find(&o, &headers))
		symbol_mapped_build_id(f->bias, headers.segment,
		    headers.count, &f->build_id);
	return true;
}

void
objects_write_word(struct buf *b, const char *text, size_t max)
{
	size_t len = strnlen(text, max);

	for (size_t from = 0; from <= len; from++) {
		size_t n = 0;

		while (from + n < len && text[from + n] != ' ')
			n++;
		buf_clean(b, text + from, n);
		from += n;
		if (from < len)
			buf_str(b, "\\x20");
	}
}

static void
clean_word(char to[PATH_SPACE], const char *text)
{
	struct buf b = { .data = to, .cap = PATH_SPACE };

	objects_write_word(&b, text, PATH_SPACE);
	buf_cstr(&b);
}

static const char *
keep_text(const char *text)
{
	size_t n = strlen(text) + 1;
	char *kept = mem_forever(n);

	if (kept != NULL)
		memcpy(kept, text, n);
	return kept;
}

static bool
name_is_taken(const char *name)
{
	unsigned n = atomic_load_explicit(&count, memory_order_relaxed);

	for (unsigned i = 0; i < n; i++) {
		if (strcmp(object_at(i)->name, name) == 0)
			return true;
	}
	return false;
}

/* The last part of the path; a second object of that name is "libx.so#2". */
static const char *
pick_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash != NULL ? slash + 1 : path;
	char numbered[PATH_SPACE + 16];

	if (!name_is_taken(base))
		return base;
	for (unsigned i = 2; i <= OBJECTS_MAX; i++) {
		struct buf b = BUF(numbered);

		buf_printf(&b, "%s#%u", base, i);
		if (!name_is_taken(buf_cstr(&b)))
			return keep_text(numbered);
	}
	return base;
}

/* Where the file of an object is: what the loader's name means, the link
 * /proc/self/exe for the program. */
static void
path_of(const struct found *f, char target[PATH_SPACE])
{
	struct buf b = { .data = target, .cap = PATH_SPACE };
	long n;

	if (strchr(f->path, '/') != NULL) {
		objectfile_path(f->path, f->start, alone, target);
		return;
	}
	if (f->path[0] != '\0') {
		buf_str(&b, "[vdso]");
		buf_cstr(&b);
		return;
	}
	n = sys_call4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", target,
	    PATH_SPACE - 1);
	if (n <= 0)
		buf_str(&b, "[program]");
	else
		b.len = (size_t)n;
	buf_cstr(&b);
}

static bool
same_object(const struct object *m, const struct found *f)
{
	return m->start == f->start && m->end == f->end &&
	    m->build_id.len != 0 && m->build_id.len == f->build_id.len &&
	    memcmp(m->build_id.bytes, f->build_id.bytes,
		m->build_id.len) == 0 &&
	    strcmp(m->loader_name, f->path) == 0;
}

/* The object that was there last, when it is the same that is there now: then
 * its stacks go on meaning it. */
static struct object *
come_back(const struct found *f)
{
	unsigned n = atomic_load_explicit(&count, memory_order_relaxed);
	uint32_t changed = objects_changed_at(f->start);

	for (unsigned i = 0; i < n; i++) {
		struct object *m = object_at(i);

		if (m->last_stack == changed && same_object(m, f)) {
			atomic_store(&m->last_stack, UINT32_MAX);
			return m;
		}
	}
	return NULL;
}

/* An object with gaps between its segments is entered in pieces: they have one
 * name. */
static const char *
name_of_sibling(const struct object *piece)
{
	unsigned n = atomic_load_explicit(&count, memory_order_relaxed);

	for (unsigned i = 0; i < n; i++) {
		const struct object *m = object_at(i);

		if (is_loaded(m) && m->bias == piece->bias &&
		    strcmp(m->loader_name, piece->loader_name) == 0)
			return m->name;
	}
	return NULL;
}

static struct object *
add(const struct found *f)
{
	char file[PATH_SPACE], path[PATH_SPACE];
	unsigned n = atomic_load_explicit(&count, memory_order_relaxed);
	struct object *m;

	m = n < OBJECTS_MAX ? mem_forever(sizeof(*m)) : NULL;
	if (m == NULL)
		return NULL;
	m->start = f->start;
	m->end = f->end;
	m->bias = f->bias;
	m->build_id = f->build_id;
	m->is_program = f->path[0] == '\0';
	m->ours = (uintptr_t)objects_start >= f->start &&
	    (uintptr_t)objects_start < f->end;
	path_of(f, file);
	clean_word(path, file);
	m->loader_name = keep_text(f->path);
	m->file = keep_text(file);
	m->path = keep_text(path);
	if (m->loader_name == NULL || m->file == NULL || m->path == NULL)
		return NULL;
	m->name = name_of_sibling(m);
	if (m->name == NULL)
		m->name = pick_name(m->path);
	m->last_stack = UINT32_MAX;
	atomic_store_explicit(&table[n], m, memory_order_release);
	atomic_store_explicit(&count, n + 1, memory_order_release);
	return m;
}

static uint64_t blocked;	/* before the lock was taken; under it */

static bool
take_lock(void)
{
	uint64_t mask;

	if (!lock_take_masked(&lock, LOCK_PATIENCE_MS * NS_PER_MS, &mask))
		return false;
	blocked = mask;
	return true;
}

static void
give_lock(void)
{
	uint64_t mask = blocked;

	lock_give_masked(&lock, &mask);
}

/* Finds an object in the table or adds it; NULL when there is no room, or the
 * lock is not to be had. */
static struct object *
enter(const struct found *f)
{
	struct object *m;

	if (!take_lock())
		return NULL;
	m = entered(f->start, UINT32_MAX - 1);
	if (m == NULL)
		m = come_back(f);
	if (m == NULL)
		m = add(f);
	give_lock();
	return m;
}

struct object *
objects_find(uintptr_t pc, uint32_t stack)
{
	struct object *m = entered(pc, stack);
	struct found f;

	if (m != NULL || !ask_loader(pc, &f))
		return m;
	return enter(&f);
}

static struct symbol_file *
read_symbols(const struct object *m)
{
	const struct objectfile f = {
	    .path = m->file,
	    .name = m->loader_name,
	    .start = m->start,
	    .bias = m->bias,
	    .build_id = &m->build_id,
	    .loaded = is_loaded(m),
	};

	return objectfile_symbols(&f, alone);
}

struct symbol_file *
objects_symbols(struct object *m)
{
	struct symbol_file *f = atomic_load_explicit(&m->symbols,
	    memory_order_acquire);

	if (f != NULL || atomic_load_explicit(&m->symbols_tried,
	    memory_order_acquire))
		return f;
	if (!take_lock())
		return NULL;
	if (!m->symbols_tried) {
		atomic_store_explicit(&m->symbols, read_symbols(m),
		    memory_order_release);
		atomic_store_explicit(&m->symbols_tried, true,
		    memory_order_release);
	}
	give_lock();
	return m->symbols;
}

static bool
write_line(const struct object *m)
{
	char line[2 * PATH_SPACE + 128];
	struct buf b = BUF(line);

	buf_printf(&b, "module %s %s build-id ", m->name, m->path);
	if (m->build_id.len == 0)
		buf_char(&b, '-');
	build_id_hex(&b, &m->build_id);
	buf_char(&b, '\n');
	return sink_put(line, b.len);
}

bool
objects_announce(struct object *m)
{
	uint32_t now = objects_generation();

	if (!take_lock())
		return false;
	if (m->announced != now && (m->ours || write_line(m)))
		m->announced = now;
	if (m->announced == now && is_loaded(m))
		atomic_store_explicit(&m->ready, now, memory_order_release);
	give_lock();
	return m->announced == now;
}

/* Our lock is always taken inside the loader's, never around it. */
static int
enter_loaded(struct dl_phdr_info *info, size_t size, void *arg)
{
	uintptr_t pc = 0;
	struct found f;

	(void)size;
	(void)arg;
	for (unsigned i = 0; i < info->dlpi_phnum; i++) {
		const Elf64_Phdr *ph = &info->dlpi_phdr[i];

		if (ph->p_type == PT_LOAD && ph->p_flags & PF_X)
			pc = info->dlpi_addr + ph->p_vaddr;
	}
	if (pc != 0 && ask_loader(pc, &f))
		enter(&f);
	return 0;
}

void
objects_start(void)
{
	alone = true;
	dl_iterate_phdr(enter_loaded, NULL);
	for (unsigned i = 0; i < count; i++)
		objects_symbols(object_at(i));
	alone = false;
}

/* The file of what is unloaded is often replaced or deleted next; then only
 * what was read before tells of it. */
void
objects_before_close(void)
{
	unsigned n;

	dl_iterate_phdr(enter_loaded, NULL);
	n = atomic_load_explicit(&count, memory_order_acquire);
	for (unsigned i = 0; i < n; i++) {
		if (is_loaded(object_at(i)))
			objects_symbols(object_at(i));
	}
}

void
objects_after_close(void)
{
	if (!take_lock())
		return;
	for (unsigned i = 0; i < count; i++) {
		struct object *m = object_at(i);
		struct dl_find_object o;

		if (!is_loaded(m))
			continue;
		if (_dl_find_object((void *)m->start, &o) == 0 &&
		    (uintptr_t)o.dlfo_map_start == m->start &&
		    (uintptr_t)o.dlfo_map_end == m->end)
			continue;
		atomic_store(&m->ready, 0);
		atomic_store(&m->last_stack, stack_limit());
	}
	give_lock();
}

void
objects_after_fork_child(void)
{
	lock_reset(&lock);
	atomic_fetch_add(&generation, 1);
}
