/* The pipe's frames: what is written is read, what is no frame is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "mail/frame.h"

struct pipe_end {
	int in, out;
	struct arena *m;
	struct frame_reader *r;
};

static struct pipe_end
open_pipe(size_t most)
{
	struct pipe_end p;
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	p.in = fd[0];
	p.out = fd[1];
	p.m = arena_new();
	p.r = frame_reader_new(p.in, most);
	return p;
}

static void
close_pipe(struct pipe_end *p)
{
	frame_reader_free(p->r);
	arena_free(p->m);
	close(p->in);
	if (p->out >= 0)
		close(p->out);
}

static void
say(struct pipe_end *p, const char *text)
{
	assert_int_equal(write(p->out, text, strlen(text)), strlen(text));
}

/* What a reader makes of text, after which the pipe ends. */
static int
verdict(const char *text, struct err *e)
{
	struct pipe_end p = open_pipe(100);
	struct frame f;
	int got;

	e->code = 0;
	say(&p, text);
	close(p.out);
	p.out = -1;
	got = frame_read(p.r, p.m, &f, -1, e);
	close_pipe(&p);
	return got;
}

static void
every_byte_of_a_value_comes_back(void **state)
{
	struct pipe_end p = open_pipe(100);
	struct frame f;
	struct err e = {0};
	char value[256];

	(void)state;
	for (int i = 0; i < 255; i++)
		value[i] = (char)(i + 1);
	value[255] = '\0';
	frame_begin(&f, "mail");
	frame_set(&f, "uid", "7");
	frame_set(&f, "odd", value);
	frame_set(&f, "empty", "");
	f.has_bytes = true;
	f.bytes = (struct slice){"a\0\n+b", 5};
	assert_int_equal(frame_write(p.out, &f, &e), 0);
	assert_int_equal(frame_read(p.r, p.m, &f, -1, &e), 1);
	assert_string_equal(f.verb, "mail");
	assert_string_equal(frame_get(&f, "uid"), "7");
	assert_string_equal(frame_get(&f, "odd"), value);
	assert_string_equal(frame_get(&f, "empty"), "");
	assert_null(frame_get(&f, "none"));
	assert_true(f.has_bytes);
	assert_int_equal(f.bytes.len, 5);
	assert_memory_equal(f.bytes.p, "a\0\n+b", 5);
	close_pipe(&p);
}

static void
a_person_can_write_it(void **state)
{
	struct pipe_end p = open_pipe(100);
	struct frame f;
	struct err e = {0};

	(void)state;
	say(&p, "filed uid=12\nstop\nmail text=two%20words +3\nabcdone +0\n");
	assert_int_equal(frame_read(p.r, p.m, &f, -1, &e), 1);
	assert_string_equal(f.verb, "filed");
	assert_false(f.has_bytes);
	assert_int_equal(frame_read(p.r, p.m, &f, -1, &e), 1);
	assert_string_equal(f.verb, "stop");
	assert_int_equal(frame_read(p.r, p.m, &f, -1, &e), 1);
	assert_string_equal(frame_get(&f, "text"), "two words");
	assert_memory_equal(f.bytes.p, "abc", 3);
	assert_int_equal(frame_read(p.r, p.m, &f, 0, &e), 1);
	assert_true(f.has_bytes);
	assert_int_equal(f.bytes.len, 0);
	close(p.out);
	p.out = -1;
	assert_int_equal(frame_read(p.r, p.m, &f, -1, &e), 0);
	close_pipe(&p);
}

static void
what_is_no_frame_is_refused(void **state)
{
	static const char *const bad[] = {
	    "\n",
	    " mail\n",
	    "Mail\n",
	    "mail  uid=1\n",
	    "mail uid\n",
	    "mail =1\n",
	    "mail uid=a b\n",
	    "mail uid=1 uid=2\n",
	    "mail uid=%\n",
	    "mail uid=%4\n",
	    "mail uid=%zz\n",
	    "mail uid=%00\n",
	    "mail uid=\xc3\xa9\n",
	    "mail +\n",
	    "mail +-1\nx",
	    "mail +1x\nx",
	    "mail +101\n",
	    "mail +99999999999999999999999999\n",
	    "mail +1 uid=1\nx",
	    "mail",
	    "mail +3\nab",
	    ("a b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1 k=1 l=1 m=1 n=1 o=1 p=1 "
	     "q=1 r=1 s=1 t=1 u=1 v=1 w=1 x=1 y=1 z=1 a1=1 a2=1 a3=1 a4=1 "
	     "a5=1 a6=1 a7=1 a8=1\n"),
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (verdict(bad[i], &e) != -1 || e.code != EX_DATAERR)
			fail_msg("taken: %s", bad[i]);
	}
	assert_int_equal(verdict("", &e), 0);
}

static void
a_line_without_end_is_refused(void **state)
{
	struct pipe_end p = open_pipe(100);
	struct frame f;
	struct err e = {0};
	char block[4096];

	(void)state;
	memset(block, 'a', sizeof(block));
	assert_true(fcntl(p.out, F_SETPIPE_SZ, 1 << 18) > 0);
	for (int i = 0; i < 17; i++)
		assert_int_equal(
		    write(p.out, block, sizeof(block)), sizeof(block));
	assert_int_equal(frame_read(p.r, p.m, &f, -1, &e), -1);
	assert_int_equal(e.code, EX_DATAERR);
	close_pipe(&p);
}

static void
a_timeout_loses_nothing(void **state)
{
	const char *text = "mail uid=3 +6\nsix by";
	struct pipe_end p = open_pipe(100);
	struct frame f;
	struct err e = {0};

	(void)state;
	for (size_t i = 0; text[i] != '\0'; i++) {
		assert_int_equal(frame_read(p.r, p.m, &f, 0, &e), -1);
		assert_int_equal(e.code, EX_TEMPFAIL);
		assert_int_equal(write(p.out, text + i, 1), 1);
	}
	assert_int_equal(frame_read(p.r, p.m, &f, 0, &e), 1);
	assert_string_equal(frame_get(&f, "uid"), "3");
	assert_memory_equal(f.bytes.p, "six by", 6);
	close_pipe(&p);
}

enum { FRAMES = 300, LARGE = 300000 };

static void *
write_many(void *fd)
{
	struct frame f;
	struct err e;
	char *bytes = malloc(LARGE);

	for (int i = 0; i < FRAMES; i++) {
		memset(bytes, 'a' + i % 26, LARGE);
		frame_begin(&f, "mail");
		f.has_bytes = true;
		f.bytes = (struct slice){bytes, (size_t)(i * 997 % LARGE)};
		if (frame_write(*(int *)fd, &f, &e) != 0)
			break;
	}
	free(bytes);
	return NULL;
}

static void
a_stream_of_large_frames(void **state)
{
	struct pipe_end p = open_pipe(LARGE);
	struct frame f;
	struct err e = {0};
	pthread_t writer;

	(void)state;
	/* A full pipe that does not block must not cut a frame short. */
	assert_int_equal(fcntl(p.out, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(pthread_create(&writer, NULL, write_many, &p.out), 0);
	for (int i = 0; i < FRAMES; i++) {
		arena_reset(p.m);
		assert_int_equal(frame_read(p.r, p.m, &f, -1, &e), 1);
		assert_int_equal(f.bytes.len, i * 997 % LARGE);
		for (size_t k = 0; k < f.bytes.len; k += 101)
			assert_int_equal(f.bytes.p[k], 'a' + i % 26);
	}
	pthread_join(writer, NULL);
	close_pipe(&p);
}

static void
a_reader_that_is_gone_is_an_error(void **state)
{
	struct pipe_end p = open_pipe(100);
	struct frame f;
	struct err e = {0};

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	close(p.in);
	frame_begin(&f, "idle");
	assert_int_equal(frame_write(p.out, &f, &e), -1);
	assert_int_equal(e.code, EX_IOERR);
	p.in = open("/dev/null", O_RDONLY);
	close_pipe(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_byte_of_a_value_comes_back),
	    cmocka_unit_test(a_person_can_write_it),
	    cmocka_unit_test(what_is_no_frame_is_refused),
	    cmocka_unit_test(a_line_without_end_is_refused),
	    cmocka_unit_test(a_timeout_loses_nothing),
	    cmocka_unit_test(a_stream_of_large_frames),
	    cmocka_unit_test(a_reader_that_is_gone_is_an_error),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
