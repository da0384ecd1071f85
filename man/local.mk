# man: diag(1) the command, diag(3) the calls, diag-tape(5) a file, diag(7) the
# variable.
dist_man_MANS += man/diag.1 man/diag.3 man/diag-tape.5 man/diag.7
