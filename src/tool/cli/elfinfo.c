/*
 * elfinfo - what the headers of an ELF file say about how it is started.
 */
#include "tool/cli/elfinfo.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "common/base/attrs.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE_DATA ELFDATA2LSB
#else
#define NATIVE_DATA ELFDATA2MSB
#endif
#define PHDR ElfW(Phdr)
#define NATIVE_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)

/* The file under examination. */
struct image {
	const uint8_t *data;
	size_t len;
	ElfW(Ehdr) ehdr;
};

/* Copies @n bytes from offset @at; false when the file does not have them. */
static bool
fetch(const struct image *im, uint64_t at, void *to, size_t n)
{
	if (at > im->len || n > im->len - at)
		return false;
	memcpy(to, im->data + at, n);
	return true;
}

static bool
fetch_phdr(const struct image *im, unsigned i, PHDR *ph)
{
	uint64_t at = im->ehdr.e_phoff;

	if (at > im->len)
		return false;
	return fetch(im, at + (uint64_t)i * sizeof(*ph), ph, sizeof(*ph));
}

static uint16_t
read_u16(const uint8_t *p, bool big_endian)
{
	return big_endian ? (uint16_t)(p[0] << 8 | p[1]) :
	    (uint16_t)(p[1] << 8 | p[0]);
}

static bool
read_interp(const struct image *im, const PHDR *ph, struct elfinfo *out)
{
	if (ph->p_filesz == 0 || ph->p_filesz >= sizeof(out->interp))
		return false;
	if (!fetch(im, ph->p_offset, out->interp, ph->p_filesz)) {
		out->interp[0] = '\0';
		return false;
	}
	out->interp[ph->p_filesz] = '\0';
	return true;
}

/* The file offset of what is loaded at @vaddr. */
static bool
offset_of(const struct image *im, uint64_t vaddr, uint64_t *offset)
{
	PHDR ph;

	for (unsigned i = 0; i < im->ehdr.e_phnum; i++) {
		if (!fetch_phdr(im, i, &ph))
			return false;
		if (ph.p_type != PT_LOAD || vaddr < ph.p_vaddr ||
		    vaddr - ph.p_vaddr >= ph.p_filesz)
			continue;
		*offset = ph.p_offset + (vaddr - ph.p_vaddr);
		return true;
	}
	return false;
}

/* What a program with a sanitizer inside imports, exports or needs. */
static const struct {
	const char *word;	/* begins a string of the dynamic table */
	const char *name;
} sanitizers[] = {
	{ "__asan_init", "AddressSanitizer" },
	{ "libasan.so", "AddressSanitizer" },
	{ "__hwasan_init", "HWAddressSanitizer" },
	{ "__tsan_init", "ThreadSanitizer" },
	{ "__msan_init", "MemorySanitizer" },
	{ "__lsan_init", "LeakSanitizer" },
	{ "liblsan.so", "LeakSanitizer" },
};

static const char *
sanitizer_of(const char *string)
{
	for (size_t i = 0; i < ARRAY_LEN(sanitizers); i++) {
		const char *word = sanitizers[i].word;

		if (strncmp(string, word, strlen(word)) == 0)
			return sanitizers[i].name;
	}
	return NULL;
}

/* Looks through the @size bytes of strings at @at, each ending in a NUL. */
static bool
scan_strings(const struct image *im, uint64_t at, uint64_t size,
    struct elfinfo *out)
{
	if (at > im->len || size > im->len - at)
		return false;

	const char *s = (const char *)im->data + at;
	const char *end = s + size;

	while (s < end && out->sanitizer == NULL) {
		const char *nul = memchr(s, '\0', (size_t)(end - s));

		if (nul == NULL)
			return false;
		out->sanitizer = sanitizer_of(s);
		s = nul + 1;
	}
	return true;
}

/* Reads the string at @offset of the table at @at into @name, cut if long. */
static void
read_name(const struct image *im, uint64_t at, uint64_t offset, char name[16])
{
	memset(name, 0, 16);
	if (at <= im->len && offset <= im->len - at)
		memcpy(name, im->data + at + offset,
		    MIN(15, im->len - at - offset));
}

static bool
read_dynamic(const struct image *im, const PHDR *ph,
    struct elfinfo *out)
{
	uint64_t strtab = 0, strsz = 0, soname = 0, at;
	bool has_soname = false;
	ElfW(Dyn) d;

	for (uint64_t i = 0; i < ph->p_filesz / sizeof(d); i++) {
		if (ph->p_offset > im->len ||
		    !fetch(im, ph->p_offset + i * sizeof(d), &d, sizeof(d)))
			return false;
		if (d.d_tag == DT_NULL)
			break;
		if (d.d_tag == DT_STRTAB)
			strtab = d.d_un.d_ptr;
		if (d.d_tag == DT_STRSZ)
			strsz = d.d_un.d_val;
		if (d.d_tag == DT_SONAME) {
			soname = d.d_un.d_val;
			has_soname = true;
		}
	}
	if (strtab == 0)
		return true;
	if (!offset_of(im, strtab, &at))
		return false;
	if (has_soname) {
		char name[16];

		read_name(im, at, soname, name);
		out->is_loader = strncmp(name, "ld-linux", 8) == 0 ||
		    strncmp(name, "ld.so", 5) == 0;
	}
	return scan_strings(im, at, strsz, out);
}

static bool
read_segments(const struct image *im, struct elfinfo *out)
{
	PHDR ph;

	if (im->ehdr.e_phnum > 0 && im->ehdr.e_phentsize != sizeof(ph))
		return false;
	for (unsigned i = 0; i < im->ehdr.e_phnum; i++) {
		if (!fetch_phdr(im, i, &ph))
			return false;
		if (ph.p_type == PT_INTERP && !read_interp(im, &ph, out))
			return false;
		if (ph.p_type == PT_DYNAMIC && !read_dynamic(im, &ph, out))
			return false;
	}
	return true;
}

enum elfinfo_result
elfinfo_read(const uint8_t *data, size_t len, struct elfinfo *out)
{
	struct image im = { .data = data, .len = len };

	*out = (struct elfinfo){ 0 };
	if (len < SELFMAG || memcmp(data, ELFMAG, SELFMAG) != 0)
		return ELFINFO_NOT_ELF;
	if (len < EI_NIDENT + 4)
		return ELFINFO_DAMAGED;

	bool big = data[EI_DATA] == ELFDATA2MSB;

	out->bits = data[EI_CLASS] == ELFCLASS32 ? 32 :
	    data[EI_CLASS] == ELFCLASS64 ? 64 : 0;
	out->type = read_u16(data + EI_NIDENT, big);
	out->machine = read_u16(data + EI_NIDENT + 2, big);
	out->native = data[EI_CLASS] == NATIVE_CLASS &&
	    data[EI_DATA] == NATIVE_DATA;
	if (out->bits == 0)
		return ELFINFO_DAMAGED;
	if (!out->native)
		return ELFINFO_OK;
	if (!fetch(&im, 0, &im.ehdr, sizeof(im.ehdr)) ||
	    !read_segments(&im, out))
		return ELFINFO_DAMAGED;
	return ELFINFO_OK;
}

const char *
elfinfo_machine_name(uint16_t machine)
{
	switch (machine) {
	case EM_386:
		return "i386";
	case EM_X86_64:
		return "x86-64";
	case EM_ARM:
		return "arm";
	case EM_AARCH64:
		return "aarch64";
	case EM_RISCV:
		return "riscv";
	case EM_PPC64:
		return "ppc64";
	case EM_S390:
		return "s390";
	case EM_MIPS:
		return "mips";
	default:
		return NULL;
	}
}
