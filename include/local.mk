# Installed as <diag/diag.h>.
pkginclude_HEADERS += include/diag/diag.h
