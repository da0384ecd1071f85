/*
 * report - what a log or a tape says.
 */
#ifndef DIAG_REPORT_REPORT_H
#define DIAG_REPORT_REPORT_H
#endif
