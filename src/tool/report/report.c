/*
 * report - to come.
 */
#include "tool/report/report.h"
