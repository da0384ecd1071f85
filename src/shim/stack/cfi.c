/*
 * cfi - the search for an entry of .eh_frame, and what its head says.
 *
 * The program inside the entry is run by cfirun.c.
 */
#include "shim/stack/cfi.h"

#include <errno.h>

#include "shim/stack/cfirun.h"
#include "shim/stack/reader.h"

/* DW_EH_PE_*: how a pointer is written. */
enum {
	PE_ABSPTR = 0x00, PE_ULEB = 0x01, PE_UDATA2 = 0x02, PE_UDATA4 = 0x03,
	PE_UDATA8 = 0x04, PE_SLEB = 0x09, PE_SDATA2 = 0x0a, PE_SDATA4 = 0x0b,
	PE_SDATA8 = 0x0c, PE_PCREL = 0x10, PE_DATAREL = 0x30,
	PE_INDIRECT = 0x80, PE_OMIT = 0xff,
	PE_SORTED = PE_DATAREL | PE_SDATA4,	/* what every linker writes */
};

static struct reader
read_from(const struct cfi_image *image, const uint8_t *at)
{
	struct reader r = { .at = at, .end = image->high };

	r.bad = at < image->low || at > image->high;
	return r;
}

static uint64_t
read_number(struct reader *r, uint8_t encoding)
{
	switch (encoding & 0x0f) {
	case PE_ABSPTR:
	case PE_UDATA8:
	case PE_SDATA8:
		return reader_bytes(r, 8);
	case PE_UDATA4:
		return reader_bytes(r, 4);
	case PE_SDATA4:
		return (uint64_t)(int64_t)(int32_t)reader_bytes(r, 4);
	case PE_UDATA2:
		return reader_bytes(r, 2);
	case PE_SDATA2:
		return (uint64_t)(int64_t)(int16_t)reader_bytes(r, 2);
	case PE_ULEB:
		return reader_uleb(r);
	case PE_SLEB:
		return (uint64_t)reader_sleb(r);
	default:
		r->bad = true;
		return 0;
	}
}

/* A pointer; one that must be read through memory is refused. */
static uintptr_t
read_pointer(const struct cfi_image *image, struct reader *r, uint8_t encoding)
{
	uintptr_t base = 0;

	if ((encoding & 0x70) == PE_PCREL)
		base = (uintptr_t)r->at;
	else if ((encoding & 0x70) == PE_DATAREL)
		base = (uintptr_t)image->hdr;
	else if ((encoding & 0xf0) != 0)
		r->bad = true;
	return base + read_number(r, encoding);
}

/* The length of a CIE or FDE: @r is left at its first byte, its end becomes
 * the entry's.  False at the terminator, and when it does not fit. */
static bool
enter_entry(struct reader *r)
{
	uint64_t n = reader_bytes(r, 4);

	if (n == 0xffffffff)
		n = reader_bytes(r, 8);
	if (r->bad || n == 0 || n > (uint64_t)(r->end - r->at))
		return false;
	r->end = r->at + n;
	return true;
}

/* The augmentation's letters say what the FDE holds besides. */
static void
read_augmentation(const struct cfi_image *image, struct reader *r,
    const char *letters, struct cfi_cie *cie)
{
	uint64_t n = reader_uleb(r);
	const uint8_t *data = r->at;

	cie->augmented = true;
	for (; *letters != '\0' && !r->bad; letters++) {
		if (*letters == 'R')
			cie->encoding = reader_u8(r);
		else if (*letters == 'L')
			(void)reader_u8(r);
		else if (*letters == 'S')
			cie->signal = true;
		else if (*letters == 'P')
			(void)read_number(r, reader_u8(r));
		else if (*letters != 'B')
			break;
	}
	if (n > (uint64_t)(r->end - data))
		r->bad = true;
	else
		r->at = data + n;
}

static int
read_cie(const struct cfi_image *image, const uint8_t *at, struct cfi_cie *cie)
{
	struct reader r = read_from(image, at);
	const char *letters;
	uint8_t version;

	*cie = (struct cfi_cie){ .encoding = PE_ABSPTR };
	if (!enter_entry(&r) || reader_bytes(&r, 4) != 0)
		return -EINVAL;
	version = reader_u8(&r);
	letters = (const char *)r.at;
	while (reader_u8(&r) != 0 && !r.bad)
		;
	if (r.bad || (version != 1 && version != 3 && version != 4))
		return -EINVAL;
	if (version == 4 && reader_bytes(&r, 2) != 8) /* 8, no segments */
		return -EINVAL;
	cie->code_align = reader_uleb(&r);
	cie->data_align = reader_sleb(&r);
	if ((version == 1 ? reader_u8(&r) : reader_uleb(&r)) != CFI_RA)
		return -EINVAL;
	if (*letters == 'z')
		read_augmentation(image, &r, letters + 1, cie);
	else if (*letters != '\0')
		return -EINVAL;
	cie->program = (struct cfi_span){ r.at, r.end };
	return r.bad ? -EINVAL : 0;
}

/* The head of the FDE at @at, and its CIE.  Returns 1 when @at is a CIE or an
 * entry for other addresses. */
static int
read_fde(const struct cfi_image *image, const uint8_t *at, uintptr_t pc,
    struct cfi_cie *cie, struct cfi_fde *fde)
{
	struct reader r = read_from(image, at);
	const uint8_t *here;
	uint32_t delta;
	uintptr_t range;

	if (!enter_entry(&r))
		return -EINVAL;
	here = r.at;
	delta = (uint32_t)reader_bytes(&r, 4);
	if (delta == 0)
		return 1;
	if (delta > (uintptr_t)(here - image->low) ||
	    read_cie(image, here - delta, cie) != 0)
		return -EINVAL;
	fde->start = read_pointer(image, &r, cie->encoding);
	range = read_number(&r, cie->encoding);
	if (cie->augmented)
		reader_skip(&r, reader_uleb(&r));
	if (r.bad)
		return -EINVAL;
	fde->program = (struct cfi_span){ r.at, r.end };
	return pc - fde->start < range ? 0 : 1;
}

/* Without a sorted table: every entry, one after the other. */
static int
scan_entries(const struct cfi_image *image, const uint8_t *at, uintptr_t pc,
    struct cfi_cie *cie, struct cfi_fde *fde)
{
	for (;;) {
		struct reader r = read_from(image, at);
		int found;

		if (!enter_entry(&r))
			return -ENOENT;
		found = read_fde(image, at, pc, cie, fde);
		if (found <= 0)
			return found;
		at = r.end;
	}
}

static int32_t
table_word(const uint8_t *table, uint64_t i)
{
	int32_t v;

	memcpy(&v, table + i * 4, sizeof(v));
	return v;
}

/* The last row of the sorted table that starts at or before @offset. */
static int
search_table(const struct cfi_image *image, struct reader *r, uint64_t count,
    uintptr_t pc, const uint8_t **entry)
{
	int64_t offset = (int64_t)(pc - (uintptr_t)image->hdr);
	uint64_t low = 0, high = count;

	if (count > (uint64_t)(r->end - r->at) / 8)
		return -EINVAL;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (table_word(r->at, middle * 2) <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return -ENOENT;
	*entry = image->hdr + table_word(r->at, low * 2 - 1);
	return 0;
}

static int
find_fde(const struct cfi_image *image, uintptr_t pc, struct cfi_cie *cie,
    struct cfi_fde *fde)
{
	struct reader r = read_from(image, image->hdr);
	uint8_t version = reader_u8(&r), where = reader_u8(&r);
	uint8_t how_many = reader_u8(&r), table = reader_u8(&r);
	const uint8_t *entry = NULL;
	uintptr_t frames;
	uint64_t count;
	int err;

	if (r.bad || version != 1 || where == PE_OMIT)
		return -EINVAL;
	frames = read_pointer(image, &r, where);
	if (how_many == PE_OMIT || table != PE_SORTED)
		return scan_entries(image, (const uint8_t *)frames, pc, cie,
		    fde);
	count = read_pointer(image, &r, how_many);
	if (r.bad)
		return -EINVAL;
	err = search_table(image, &r, count, pc, &entry);
	if (err != 0)
		return err;
	err = read_fde(image, entry, pc, cie, fde);
	return err > 0 ? -ENOENT : err;
}

int
cfi_find(const struct cfi_image *image, uintptr_t at, struct cfi_row *row)
{
	struct cfi_cie cie;
	struct cfi_fde fde;
	int err = find_fde(image, at, &cie, &fde);

	return err != 0 ? err : cfirun_row(image, &cie, &fde, at, row);
}

int
cfi_function(const struct cfi_image *image, uintptr_t at, uintptr_t *start)
{
	struct cfi_cie cie;
	struct cfi_fde fde;
	int err = find_fde(image, at, &cie, &fde);

	if (err == 0)
		*start = fde.start;
	return err;
}

bool
cfi_expression(const struct cfi_image *image, int32_t place,
    const uint8_t **from, const uint8_t **to)
{
	struct reader r = read_from(image, image->hdr + place);
	uint64_t n = reader_uleb(&r);

	if (r.bad || n > (uint64_t)(r.end - r.at))
		return false;
	*from = r.at;
	*to = r.at + n;
	return true;
}
