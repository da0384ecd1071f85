# man: diag(1) the command, diag(7) the variable and its lines.
dist_man_MANS += man/diag.1 man/diag.7
