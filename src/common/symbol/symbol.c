/*
 * symbol - from an address in an ELF object to the name of a function.
 *
 * The index is sorted by address; each entry knows the nearest earlier one
 * that reaches past its start (@outer), so that an address behind a nested
 * symbol finds the function around it without a search backwards.
 */
#include "common/symbol/symbol.h"

#include <errno.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/symbol/elf.h"
#include "common/symbol/image.h"

struct entry {
	uint64_t start, end;	/* covers [start, end) */
	uint32_t name;		/* offset in the names */
	uint32_t outer;		/* while sorting: the rank; then an index + 1 */
};

struct symbol_file {
	struct build_id build_id;
	struct elf_bytes names;	/* ends with a NUL */
	struct entry *entry;
	size_t count, cap;	/* entries in use, mapped */
};

/* What makes one of several names of an address the better one, most
 * important first; the length of the name fills the lowest byte. */
enum {
	RANK_FUNCTION = 1 << 14,
	RANK_GLOBAL = 2 << 12,
	RANK_WEAK = 1 << 12,
	RANK_SIZED = 1 << 11,
	RANK_PLAIN = 1 << 8,	/* times 0..3: fewer leading underscores */
};

/* Entries an address may lie behind before the search gives up: only damaged
 * files nest deeper. */
enum { NESTING_MAX = 64 };

static uint32_t
rank_of(const Elf64_Sym *s, const char *name)
{
	unsigned type = ELF64_ST_TYPE(s->st_info);
	unsigned bind = ELF64_ST_BIND(s->st_info);
	unsigned underscores = 0;
	size_t len = strlen(name);
	uint32_t rank = 255 - (uint32_t)MIN(len, (size_t)255);

	while (underscores < 3 && name[underscores] == '_')
		underscores++;
	rank += RANK_PLAIN * (3 - underscores);
	if (type == STT_FUNC || type == STT_GNU_IFUNC)
		rank += RANK_FUNCTION;
	if (bind == STB_GLOBAL || bind == STB_GNU_UNIQUE)
		rank += RANK_GLOBAL;
	else if (bind == STB_WEAK)
		rank += RANK_WEAK;
	if (s->st_size != 0)
		rank += RANK_SIZED;
	return rank;
}

/* Functions count, and labels of assembly in executable sections; the marks
 * that tools leave there (".L", "$x", ".annobin") do not. */
static bool
names_code(const struct elf_file *e, const Elf64_Sym *s, const char *name)
{
	unsigned type = ELF64_ST_TYPE(s->st_info);
	const Elf64_Shdr *sh = elf_section(e, s->st_shndx);

	if (s->st_shndx == SHN_UNDEF || s->st_shndx == SHN_ABS ||
	    name[0] == '\0')
		return false;
	if (type == STT_FUNC || type == STT_GNU_IFUNC)
		return true;
	return type == STT_NOTYPE && sh != NULL &&
	    (sh->sh_flags & SHF_EXECINSTR) != 0 &&
	    name[0] != '.' && name[0] != '$';
}

/* One past the last address of @s.  One without a size reaches to the end of
 * its section for now; trim() ends it at the next symbol. */
static uint64_t
end_of(const struct elf_file *e, const Elf64_Sym *s)
{
	const Elf64_Shdr *sh = elf_section(e, s->st_shndx);
	uint64_t end = s->st_value + s->st_size;

	if (s->st_size != 0)
		return end > s->st_value ? end : UINT64_MAX;
	if (sh == NULL || sh->sh_addr + sh->sh_size <= s->st_value)
		return s->st_value + 1;
	return sh->sh_addr + sh->sh_size;
}

static void
collect(struct symbol_file *f, const struct elf_file *e,
    const struct elf_bytes *table)
{
	const char *names = f->names.data;
	const Elf64_Sym *sym = table->data;
	size_t n = table->size / sizeof(*sym);

	for (size_t i = 0; i < n && f->count < f->cap; i++) {
		const Elf64_Sym *s = &sym[i];

		if (s->st_name >= f->names.size ||
		    !names_code(e, s, names + s->st_name))
			continue;
		f->entry[f->count++] = (struct entry){
		    .start = s->st_value,
		    .end = end_of(e, s),
		    .name = s->st_name,
		    .outer = rank_of(s, names + s->st_name),
		};
	}
}

/* Sorted by address; at one address the best name comes first. */
static bool
comes_before(const struct entry *a, const struct entry *b)
{
	if (a->start != b->start)
		return a->start < b->start;
	if (a->outer != b->outer)
		return a->outer > b->outer;
	return a->name < b->name;
}

static void
merge(struct entry *to, const struct entry *a, size_t na,
    const struct entry *b, size_t nb)
{
	while (na != 0 && nb != 0) {
		if (comes_before(b, a)) {
			*to++ = *b++;
			nb--;
		} else {
			*to++ = *a++;
			na--;
		}
	}
	memcpy(to, a, na * sizeof(*a));
	memcpy(to + na, b, nb * sizeof(*b));
}

/* A merge sort from below, because qsort() may call malloc. */
static void
sort(struct entry *v, struct entry *scratch, size_t n)
{
	struct entry *from = v, *to = scratch;

	for (size_t run = 1; run < n; run *= 2) {
		struct entry *other = from;

		for (size_t i = 0; i < n; i += 2 * run) {
			size_t na = MIN(run, n - i);
			size_t nb = MIN(run, n - i - na);

			merge(to + i, from + i, na, from + i + na, nb);
		}
		from = to;
		to = other;
	}
	if (from != v)
		memcpy(v, from, n * sizeof(*v));
}

/* Keeps the best name of each address, with the size of the largest. */
static void
drop_aliases(struct symbol_file *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++) {
		const struct entry *e = &f->entry[i];
		struct entry *last = kept != 0 ? &f->entry[kept - 1] : NULL;

		if (last == NULL || last->start != e->start) {
			f->entry[kept++] = *e;
			continue;
		}
		if (!(e->outer & RANK_SIZED))
			continue;
		if (!(last->outer & RANK_SIZED) || e->end > last->end)
			last->end = e->end;
		last->outer |= RANK_SIZED;
	}
	f->count = kept;
}

/* Ends symbols without a size at the next one, drops labels inside of sized
 * functions, and links each entry to the one around it. */
static void
trim(struct symbol_file *f)
{
	struct entry *v = f->entry;
	size_t kept = 0;

	for (size_t i = 0; i < f->count; i++) {
		uint32_t rank = v[i].outer;
		uint32_t outer = (uint32_t)kept;

		while (outer != 0 && v[outer - 1].end <= v[i].start)
			outer = v[outer - 1].outer;
		if (!(rank & (RANK_SIZED | RANK_FUNCTION)) && outer != 0)
			continue;
		if (!(rank & RANK_SIZED) && i + 1 < f->count)
			v[i].end = MIN(v[i].end, v[i + 1].start);
		v[kept] = v[i];
		v[kept++].outer = outer;
	}
	f->count = kept;
}

static int
build_index(struct symbol_file *f, const struct elf_file *e,
    const struct elf_bytes *table)
{
	struct entry *scratch;

	f->cap = table->size / sizeof(Elf64_Sym);
	if (f->cap == 0)
		return 0;
	f->entry = mem_map(f->cap * sizeof(*f->entry));
	if (f->entry == NULL)
		return -ENOMEM;
	collect(f, e, table);
	if (f->count > 1) {
		scratch = mem_map(f->count * sizeof(*scratch));
		if (scratch == NULL)
			return -ENOMEM;
		sort(f->entry, scratch, f->count);
		mem_unmap(scratch, f->count * sizeof(*scratch));
	}
	drop_aliases(f);
	trim(f);
	return 0;
}

/* "foo@@V1" is printed as foo.  The copy of the names is ours to change. */
static void
cut_versions(struct symbol_file *f)
{
	for (size_t i = 0; i < f->count; i++) {
		char *name = (char *)f->names.data + f->entry[i].name;
		char *at = strchr(name, '@');

		if (at != NULL && at != name)
			*at = '\0';
	}
}

static int
read_symbols(struct symbol_file *f, const struct elf_file *e)
{
	const Elf64_Shdr *sh = elf_section_of_type(e, SHT_SYMTAB);
	const Elf64_Shdr *names;
	struct elf_bytes table;
	int err;

	if (sh == NULL)
		sh = elf_section_of_type(e, SHT_DYNSYM);
	if (sh == NULL || sh->sh_entsize != sizeof(Elf64_Sym))
		return 0;
	names = elf_section(e, sh->sh_link);
	if (names == NULL || names->sh_type != SHT_STRTAB)
		return 0;
	err = elf_load(e, names, &f->names);
	if (err != 0)
		return err;
	err = elf_load(e, sh, &table);
	if (err != 0)
		return err;
	err = build_index(f, e, &table);
	elf_drop(&table);
	if (err == 0)
		cut_versions(f);
	return err;
}

struct symbol_file *
symbol_open(int fd, int *err)
{
	struct symbol_file *f;
	struct elf_file e;

	*err = elf_open(&e, fd);
	if (*err != 0)
		return NULL;
	f = mem_map(sizeof(*f));
	if (f == NULL) {
		*err = -ENOMEM;
		goto close;
	}
	elf_build_id(&e, &f->build_id);
	*err = read_symbols(f, &e);
	if (*err == -ENOEXEC) {
		/* The symbols are damaged, the rest is of use. */
		f->count = 0;
		*err = 0;
	}
	if (*err != 0) {
		symbol_close(f);
		f = NULL;
	}
close:
	elf_close(&e);
	return f;
}

/* A copy of a table, with a NUL after it. */
static int
copy_table(const struct image_table *t, struct elf_bytes *out)
{
	out->data = mem_map(t->size + 1);
	if (out->data == NULL)
		return -ENOMEM;
	out->size = t->size;
	memcpy(out->data, t->data, t->size);
	return 0;
}

struct symbol_file *
symbol_open_mapped(uintptr_t bias, const struct headers *h)
{
	static const struct elf_file no_sections;
	struct image_table symbols, names;
	struct symbol_file *f;

	if (!image_symbols(bias, h, &symbols, &names))
		return NULL;
	f = mem_map(sizeof(*f));
	if (f == NULL)
		return NULL;
	if (copy_table(&names, &f->names) != 0 || build_index(f, &no_sections,
	    &(struct elf_bytes){ (void *)(uintptr_t)symbols.data,
	    symbols.size }) != 0) {
		symbol_close(f);
		return NULL;
	}
	symbol_mapped_build_id(bias, h->segment, h->count, &f->build_id);
	return f;
}

void
symbol_close(struct symbol_file *f)
{
	if (f->entry != NULL)
		mem_unmap(f->entry, f->cap * sizeof(*f->entry));
	elf_drop(&f->names);
	mem_unmap(f, sizeof(*f));
}

const struct build_id *
symbol_build_id(const struct symbol_file *f)
{
	return &f->build_id;
}

/* How many entries start at or before @vaddr. */
static size_t
count_up_to(const struct symbol_file *f, uint64_t vaddr)
{
	size_t low = 0, high = f->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (f->entry[mid].start <= vaddr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const char *
symbol_find(const struct symbol_file *f, uint64_t vaddr, uint64_t *start)
{
	size_t at = count_up_to(f, vaddr);

	for (int i = 0; at != 0 && i < NESTING_MAX; i++) {
		const struct entry *found = &f->entry[at - 1];

		if (vaddr < found->end) {
			*start = found->start;
			return (const char *)f->names.data + found->name;
		}
		at = found->outer;
	}
	return NULL;
}

bool
symbol_mapped_build_id(uint64_t bias, const void *phdr, unsigned phnum,
    struct build_id *out)
{
	const Elf64_Phdr *ph = phdr;

	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < phnum; i++) {
		const uint8_t *notes;

		if (ph[i].p_type != PT_NOTE)
			continue;
		notes = (const uint8_t *)(uintptr_t)(bias + ph[i].p_vaddr);
		if (elf_note_build_id(notes, ph[i].p_memsz, out))
			return true;
	}
	return false;
}

void
build_id_hex(struct buf *b, const struct build_id *id)
{
	for (unsigned i = 0; i < id->len; i++)
		buf_hex(b, id->bytes[i], 2);
}
