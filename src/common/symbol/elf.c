/*
 * elf - the tables of an ELF file, read with every offset checked.
 */
#include "common/symbol/elf.h"

#include <errno.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/sys.h"

enum {
	SECTIONS_MAX = 1 << 20,
	SEGMENTS_MAX = 4096,
	NOTES_MAX = 64 * 1024,
};

/* No table of functions is larger; what claims to be is damage. */
static const uint64_t TABLE_MAX = 1ull << 30;

/* Reads exactly @n bytes at @at.  0 or a negative errno. */
static int
read_at(int fd, void *to, size_t n, uint64_t at)
{
	size_t done = 0;

	while (done < n) {
		ssize_t got = sys_pread(fd, (char *)to + done, n - done,
		    (off_t)(at + done));

		if (got == -EINTR)
			continue;
		if (got < 0)
			return (int)got;
		if (got == 0)
			return -ENOEXEC; /* cut */
		done += (size_t)got;
	}
	return 0;
}

static bool
lies_inside(const struct elf_file *e, uint64_t at, uint64_t n)
{
	return at <= e->size && n <= e->size - at;
}

/* Copies @n bytes at @at with a NUL after them. */
static int
copy_out(const struct elf_file *e, uint64_t at, uint64_t n,
    struct elf_bytes *out)
{
	int err;

	out->data = NULL;
	out->size = 0;
	if (n == 0)
		return 0;
	if (n > TABLE_MAX || !lies_inside(e, at, n))
		return -ENOEXEC;
	out->data = mem_map((size_t)n + 1);
	if (out->data == NULL)
		return -ENOMEM;
	out->size = (size_t)n;
	err = read_at(e->fd, out->data, out->size, at);
	if (err != 0)
		elf_drop(out);
	return err;
}

void
elf_drop(struct elf_bytes *b)
{
	if (b->data != NULL)
		mem_unmap(b->data, b->size + 1);
	b->data = NULL;
	b->size = 0;
}

static bool
header_is_ours(const Elf64_Ehdr *h)
{
	return memcmp(h->e_ident, ELFMAG, SELFMAG) == 0 &&
	    h->e_ident[EI_CLASS] == ELFCLASS64 &&
	    h->e_ident[EI_DATA] == ELFDATA2LSB &&
	    h->e_ident[EI_VERSION] == EV_CURRENT;
}

/* How many section headers there are: with 65280 or more, the first of them
 * says so instead of the header. */
static int
count_sections(struct elf_file *e, uint64_t *count)
{
	Elf64_Shdr first;
	int err;

	*count = 0;
	if (e->header.e_shoff == 0)
		return 0;
	if (e->header.e_shentsize != sizeof(Elf64_Shdr))
		return -ENOEXEC;
	*count = e->header.e_shnum;
	if (*count != 0)
		return 0;
	if (!lies_inside(e, e->header.e_shoff, sizeof(first)))
		return -ENOEXEC;
	err = read_at(e->fd, &first, sizeof(first), e->header.e_shoff);
	if (err == 0)
		*count = first.sh_size;
	return err;
}

int
elf_open(struct elf_file *e, int fd)
{
	struct stat st;
	uint64_t count;
	int err;

	memset(e, 0, sizeof(*e));
	e->fd = fd;
	err = sys_fstat(fd, &st);
	if (err != 0)
		return err;
	if (!S_ISREG(st.st_mode))
		return -ENOEXEC;
	e->size = (uint64_t)st.st_size;
	if (e->size < sizeof(e->header))
		return -ENOEXEC;
	err = read_at(fd, &e->header, sizeof(e->header), 0);
	if (err != 0)
		return err;
	if (!header_is_ours(&e->header))
		return -ENOEXEC;

	/* A damaged section table leaves an object without symbols. */
	if (count_sections(e, &count) != 0 || count > SECTIONS_MAX)
		return 0;
	err = copy_out(e, e->header.e_shoff, count * sizeof(Elf64_Shdr),
	    &e->sections);
	if (err == 0)
		e->section_count = (unsigned)count;
	return err == -ENOMEM ? err : 0;
}

void
elf_close(struct elf_file *e)
{
	elf_drop(&e->sections);
	e->section_count = 0;
}

const Elf64_Shdr *
elf_section(const struct elf_file *e, unsigned index)
{
	if (index >= e->section_count)
		return NULL;
	return (const Elf64_Shdr *)e->sections.data + index;
}

const Elf64_Shdr *
elf_section_of_type(const struct elf_file *e, uint32_t type)
{
	for (unsigned i = 0; i < e->section_count; i++) {
		const Elf64_Shdr *sh = elf_section(e, i);

		if (sh->sh_type == type)
			return sh;
	}
	return NULL;
}

int
elf_load(const struct elf_file *e, const Elf64_Shdr *sh, struct elf_bytes *out)
{
	if (sh->sh_type == SHT_NOBITS) {
		out->data = NULL;
		out->size = 0;
		return 0;
	}
	return copy_out(e, sh->sh_offset, sh->sh_size, out);
}

static size_t
round_up4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

bool
elf_note_build_id(const uint8_t *notes, size_t n, struct build_id *out)
{
	size_t at = 0;

	while (n - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr h;
		size_t name = at + sizeof(h), desc;

		memcpy(&h, notes + at, sizeof(h));
		if (h.n_namesz > n || h.n_descsz > n)
			return false;
		desc = name + round_up4(h.n_namesz);
		if (desc > n || h.n_descsz > n - desc)
			return false;
		if (h.n_type == NT_GNU_BUILD_ID && h.n_namesz == 4 &&
		    memcmp(notes + name, "GNU", 4) == 0) {
			out->len = (uint8_t)MIN(h.n_descsz,
			    (size_t)BUILD_ID_MAX);
			memcpy(out->bytes, notes + desc, out->len);
			return out->len != 0;
		}
		at = desc + round_up4(h.n_descsz);
		if (at > n)
			return false;
	}
	return false;
}

/* Looks for the build-id in the note segment at @at. */
static bool
segment_build_id(const struct elf_file *e, const Elf64_Phdr *ph,
    struct build_id *out)
{
	struct elf_bytes notes;
	bool found;

	if (ph->p_type != PT_NOTE || ph->p_filesz > NOTES_MAX)
		return false;
	if (copy_out(e, ph->p_offset, ph->p_filesz, &notes) != 0)
		return false;
	found = notes.data != NULL &&
	    elf_note_build_id(notes.data, notes.size, out);
	elf_drop(&notes);
	return found;
}

bool
elf_build_id(const struct elf_file *e, struct build_id *out)
{
	memset(out, 0, sizeof(*out));
	if (e->header.e_phentsize != sizeof(Elf64_Phdr))
		return false;
	for (unsigned i = 0; i < MIN(e->header.e_phnum, SEGMENTS_MAX); i++) {
		uint64_t at = e->header.e_phoff + i * sizeof(Elf64_Phdr);
		Elf64_Phdr ph;

		if (at < e->header.e_phoff ||
		    !lies_inside(e, at, sizeof(ph)) ||
		    read_at(e->fd, &ph, sizeof(ph), at) != 0)
			return false;
		if (segment_build_id(e, &ph, out))
			return true;
	}
	return false;
}
