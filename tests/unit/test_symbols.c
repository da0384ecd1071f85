/*
 * test_symbols - names by the symbol tables are those that elfutils gives.
 */
#include "tool/dwarf/symbols.h"

#include <check.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
};

/* Compares the answers for addresses spread over the object that @known
 * belongs to.  Returns how many of them have a name. */
static unsigned
compare(const void *known)
{
	enum { STEPS = 4001 };
	Dwfl *dwfl = dwfl_begin(&callbacks);
	struct symbols s = { 0 };
	unsigned named = 0;
	Dwarf_Addr start, end;
	Dwfl_Module *module;
	Dl_info info;

	ck_assert(dladdr(known, &info) != 0);
	dwfl_report_begin(dwfl);
	module = dwfl_report_offline(dwfl, "", info.dli_fname, -1);
	dwfl_report_end(dwfl, NULL, NULL);
	ck_assert_ptr_nonnull(module);
	dwfl_module_info(module, NULL, &start, &end, NULL, NULL, NULL, NULL);
	for (unsigned i = 0; i <= STEPS; i++) {
		Dwarf_Addr at = start + (end - start) / STEPS * i;
		const char *want = dwfl_module_addrname(module, at);
		const char *got = symbols_name(&s, module, at);

		if (want == NULL)
			ck_assert_ptr_null(got);
		else
			ck_assert_str_eq(got, want);
		named += want != NULL;
	}
	symbols_drop(&s);
	dwfl_end(dwfl);
	return named;
}

START_TEST(names_are_those_that_elfutils_gives)
{
	ck_assert_uint_gt(compare((const void *)(uintptr_t)malloc), 100);
	ck_assert_uint_gt(compare((const void *)(uintptr_t)dwfl_begin), 100);
	compare((const void *)(uintptr_t)compare);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("symbols");
	TCase *t = tcase_create("symbols");
	SRunner *r;
	int failed;

	tcase_add_test(t, names_are_those_that_elfutils_gives);
	tcase_set_timeout(t, 600);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
