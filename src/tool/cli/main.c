/*
 * main - the diag command.
 */
int
main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 2;
}
