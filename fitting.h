/*
 * What is printed for people: in it no control character but line end and tab,
 * none that turns the direction of writing, and nothing that is not UTF-8, all
 * of which a mail could bring to a terminal.  Each becomes '?'; in JSON it is
 * escaped, and stays what it is.
 */
#ifndef FITTING_H
#define FITTING_H

#include <stdbool.h>
#include <stdio.h>

/* A stream that prints to another, which must outlive it; NULL when there is
 * no memory.  What is flushed is flushed there, and faults are told there. */
FILE *fitting_open(FILE *to, bool json);

#endif
