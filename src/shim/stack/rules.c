/*
 * rules - the table behind rules_find(), and how a row of .eh_frame becomes a
 * word.
 */
#include "shim/stack/rules.h"

#include <errno.h>
#include <string.h>

#include "common/base/mem.h"
#include "shim/stack/bounds.h"
#include "shim/stack/cfi.h"
#include "shim/stack/code.h"

enum {
	CODE_PAGE = 4096,
	OP_DEREF = 0x06,
	OP_BREG_RBP = 0x70 + CFI_RBP,
};

/* A key with this bit stands for the code in front of the place: no address of
 * a program has it. */
#define CODE_BIT ((uint64_t)1 << (RULES_KEY_BITS - 1))

_Atomic(struct rules_slot *) rules_segments[RULES_SEGMENTS];
_Atomic uint64_t rules_epoch = 1;

/* Segment @i, mapped when it is wanted first. */
static struct rules_slot *
segment(unsigned i)
{
	struct rules_slot *s, *none = NULL;
	size_t n = RULES_SLOTS(i) * sizeof(*s);

	s = atomic_load_explicit(&rules_segments[i], memory_order_acquire);
	if (s != NULL)
		return s;
	s = mem_reserve(n);
	if (s == NULL)
		return NULL;
	if (atomic_compare_exchange_strong(&rules_segments[i], &none, s))
		return s;
	mem_unmap(s, n);
	return none;
}

int
rules_init(void)
{
	return segment(0) == NULL ? -ENOMEM : 0;
}

/* The stamps have come round: none of them may look new again. */
static void
wipe_stamps(void)
{
	for (unsigned i = 0; i < RULES_SEGMENTS; i++) {
		struct rules_slot *s = atomic_load(&rules_segments[i]);

		for (size_t k = 0; s != NULL && k < RULES_SLOTS(i); k++)
			atomic_fetch_and(&s[k].key, RULES_KEY_MASK);
	}
}

void
rules_forget(void)
{
	uint64_t now = rules_stamp(), next;

	do {
		next = now == 0xffff ? 1 : now + 1;
		if (next == 1)
			wipe_stamps();
	} while (!atomic_compare_exchange_weak(&rules_epoch, &now, next));
}

/* True when the expression at @place is "the register rbp + *@offset", with a
 * deref behind it or not. */
static bool
is_breg_rbp(const struct cfi_image *image, int32_t place, bool deref,
    int *offset)
{
	const uint8_t *from, *to;

	if (!cfi_expression(image, place, &from, &to) ||
	    to - from != (deref ? 3 : 2) || from[0] != OP_BREG_RBP ||
	    (from[1] & 0x80) != 0 || (deref && from[2] != OP_DEREF))
		return false;
	*offset = from[1] & 0x40 ? from[1] - 0x80 : from[1];
	return true;
}

static uint64_t
of_kind(unsigned kind)
{
	return (uint64_t)kind << RULE_AT_KIND;
}

/* GCC's prologue of a function that realigns its stack keeps the CFA in memory
 * below the saved rbp. */
static uint64_t
drap_word(const struct cfi_image *image, const struct cfi_row *row)
{
	int cfa, fp;

	if (row->how[CFI_RBP] == CFI_EXPR &&
	    is_breg_rbp(image, row->cfa_val, true, &cfa) &&
	    is_breg_rbp(image, row->val[CFI_RBP], false, &fp) &&
	    cfa < 0 && cfa % 8 == 0 && fp == 0)
		return of_kind(RULE_DRAP) |
		    (uint64_t)-cfa / 8 << RULE_AT_FP;
	return of_kind(RULE_FULL);
}

/* The walk reads where rbp is saved without looking whether that is in the
 * frame: so it must be, given that the CFA is. */
static int32_t
fp_limit(const struct cfi_row *row)
{
	if (row->cfa_reg == CFI_RSP)
		return MIN(RULE_FP_MASK * 8, row->cfa_val + 128);
	return 8 + 128;
}

/* The rule of a row that counts from rsp or rbp. */
static uint64_t
simple_word(const struct cfi_row *row)
{
	uint64_t word = of_kind(RULE_SIMPLE) | (uint32_t)row->cfa_val;
	int32_t fp = -row->val[CFI_RBP];

	word |= row->cfa_reg == CFI_RBP ? of_kind(RULE_BY_RBP) : RULE_BY_RSP;
	if (row->how[CFI_RBP] == CFI_SAME)
		return word | (uint64_t)1 << RULE_AT_FP;
	if (row->how[CFI_RBP] != CFI_OFFSET || fp <= 8 || fp % 8 != 0 ||
	    fp > fp_limit(row))
		return of_kind(RULE_FULL);
	return word | of_kind(RULE_SAVES_RBP) |
	    (uint64_t)fp / 8 << RULE_AT_FP;
}

static uint64_t
word_of(const struct cfi_image *image, const struct cfi_row *row)
{
	if (row->how[CFI_RA] == CFI_UNDEFINED)
		return of_kind(RULE_ROOT);
	if (row->signal || row->how[CFI_RA] != CFI_OFFSET ||
	    row->val[CFI_RA] != -8 || row->how[CFI_RSP] != CFI_SAME)
		return of_kind(RULE_FULL);
	if (row->cfa_how == CFI_VAL_EXPR)
		return drap_word(image, row);
	/* The walk counts on it that a return address lies above rsp. */
	if (row->cfa_reg == CFI_RSP ? row->cfa_val < 8 :
	    row->cfa_reg != CFI_RBP || row->cfa_val <= 0)
		return of_kind(RULE_FULL);
	return simple_word(row);
}

/* Code that the loader knows and the kernel can read, at [@from, @from + @n),
 * which is less than a page; else NULL. */
static const uint8_t *
code_at(uintptr_t from, size_t n, const struct module *m)
{
	uintptr_t last = from + n - 1;

	if (from < m->start || last >= m->end || !bounds_can_read(last))
		return NULL;
	if (from / CODE_PAGE != last / CODE_PAGE && !bounds_can_read(from))
		return NULL;
	return (const uint8_t *)from;
}

/* mov $15, %eax (or %rax); syscall: what a signal handler returns to. */
static bool
is_trampoline(uint64_t key, const struct module *m)
{
	static const uint8_t with_rex[] = {
		0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05
	};
	static const uint8_t without[] = { 0xb8, 0x0f, 0, 0, 0, 0x0f, 0x05 };
	const uint8_t *code = code_at(key, sizeof(with_rex), m);

	return code != NULL &&
	    (memcmp(code, with_rex, sizeof(with_rex)) == 0 ||
	    memcmp(code, without, sizeof(without)) == 0);
}

static bool
is_after_call(uint64_t key, const struct module *m)
{
	const uint8_t *code = code_at(key - CODE_BEFORE, CODE_BEFORE, m);

	return code != NULL && code_ends_call(code + CODE_BEFORE);
}

static uint64_t
of_code(enum rule_code code)
{
	return (uint64_t)code << RULE_AT_FP;
}

static uint64_t
work_out(uint64_t key, const struct module *m)
{
	uint64_t module = (uint64_t)m->number << RULE_AT_MODULE;
	struct cfi_row row;

	if ((key & CODE_BIT) != 0)
		return module | (is_after_call(key & ~CODE_BIT, m) ?
		    of_code(CODE_AFTER_CALL) : 0);
	if (m->image.hdr != NULL && cfi_find(&m->image, key - 1, &row) == 0)
		return module | word_of(&m->image, &row);
	return module | of_code(is_trampoline(key, m) ?
	    CODE_TRAMPOLINE : CODE_BY_RBP);
}

/* What a slot says of the place @key in module @m; 0 when it is another's. */
static uint64_t
ask_slot(struct rules_slot *s, uint64_t key, const struct module *m,
    uint64_t now)
{
	uint64_t had = atomic_load_explicit(&s->key, memory_order_acquire);
	uint64_t rule = 0;

	if ((had & RULES_KEY_MASK) != key)
		return 0;
	rule = atomic_load_explicit(&s->rule, memory_order_acquire);
	if (rule == 0 && had == (key | now << RULES_KEY_BITS)) {
		rule = work_out(key, m);
		atomic_store_explicit(&s->rule, rule, memory_order_release);
	}
	if (rule == 0 || RULE_MODULE(rule) != m->number)
		return 0;
	if (had != (key | now << RULES_KEY_BITS))
		atomic_compare_exchange_strong(&s->key, &had,
		    key | now << RULES_KEY_BITS);
	return rule;
}

/* Takes the free slot @s for @key; false when another was quicker. */
static bool
take_slot(struct rules_slot *s, uint64_t key, uint64_t rule, uint64_t now)
{
	uint64_t none = 0;

	if (!atomic_compare_exchange_strong(&s->key, &none,
	    key | now << RULES_KEY_BITS))
		return false;
	atomic_store_explicit(&s->rule, rule, memory_order_release);
	return true;
}

/* Looks through all slots of a place in their fixed order; what is nowhere is
 * added to the first free one.  So a place has one slot per module. */
static uint64_t
look_in_table(uint64_t key, const struct module *m, uint64_t now)
{
	uint64_t rule;

	for (unsigned n = 0; n < RULES_SEGMENTS * RULES_WAYS; n++) {
		struct rules_slot *base = segment(n / RULES_WAYS);
		struct rules_slot *s;

		if (base == NULL)
			break;
		s = rules_slot(base, n / RULES_WAYS, key, n % RULES_WAYS);
		rule = ask_slot(s, key, m, now);
		if (rule != 0)
			return rule;
		if (atomic_load(&s->key) != 0)
			continue;
		rule = work_out(key, m);
		if (take_slot(s, key, rule, now))
			return rule;
		n--; /* who was quicker?  Ask again. */
	}
	return work_out(key, m);
}

/* The rule of a place that was seen in this epoch, in any segment. */
static uint64_t
look_quickly(uint64_t key, uint64_t now)
{
	uint64_t want = key | now << RULES_KEY_BITS;

	for (unsigned n = 0; n < RULES_SEGMENTS * RULES_WAYS; n++) {
		struct rules_slot *base = atomic_load_explicit(
		    &rules_segments[n / RULES_WAYS], memory_order_acquire);
		struct rules_slot *s;

		if (base == NULL)
			return 0;
		s = rules_slot(base, n / RULES_WAYS, key, n % RULES_WAYS);
		if (atomic_load_explicit(&s->key, memory_order_acquire) == want)
			return atomic_load_explicit(&s->rule,
			    memory_order_acquire);
	}
	return 0;
}

uint64_t
rules_look_up(uint64_t key)
{
	uint64_t now = rules_stamp();
	uint64_t rule = look_quickly(key, now);
	const struct module *m;

	if (rule != 0)
		return rule;
	if (key - 1 > RULES_KEY_MASK - 1)
		return of_kind(RULE_NONE);
	m = modules_find((key & ~CODE_BIT) - 1);
	if (m == NULL)
		return of_kind(RULE_NONE);
	return m->fleeting ? work_out(key, m) : look_in_table(key, m, now);
}

bool
rules_is_after_call(uint64_t key)
{
	return key != 0 && (key & ~(CODE_BIT - 1)) == 0 &&
	    RULE_CODE(rules_look_up(key | CODE_BIT)) == CODE_AFTER_CALL;
}
