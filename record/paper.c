/*
 * See paper.h.  Lengths are points (1/72 inch), as cairo's PDFs count; Pango
 * counts in 1024ths of them.  The address stands where a window envelope has
 * its window: 45 mm down (DIN 5008 form B), 2 inches (a No. 10 envelope).
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "record/paper.h"

/* --- The libraries --- */

/* The functions that are used, each with the type that its header gives it. */
#define FUNCTIONS(F)                                \
	F(cairo_create)                             \
	F(cairo_destroy)                            \
	F(cairo_move_to)                            \
	F(cairo_pdf_surface_create_for_stream)      \
	F(cairo_pdf_surface_set_metadata)           \
	F(cairo_show_page)                          \
	F(cairo_status)                             \
	F(cairo_status_to_string)                   \
	F(cairo_surface_destroy)                    \
	F(cairo_surface_finish)                     \
	F(cairo_surface_status)                     \
	F(cairo_tag_begin)                          \
	F(cairo_tag_end)                            \
	F(g_object_unref)                           \
	F(pango_cairo_create_layout)                \
	F(pango_cairo_show_layout_line)             \
	F(pango_context_set_language)               \
	F(pango_context_set_round_glyph_positions)  \
	F(pango_font_description_free)              \
	F(pango_font_description_from_string)       \
	F(pango_font_description_set_absolute_size) \
	F(pango_language_from_string)               \
	F(pango_layout_get_context)                 \
	F(pango_layout_get_iter)                    \
	F(pango_layout_get_line_count)              \
	F(pango_layout_get_pixel_size)              \
	F(pango_layout_iter_free)                   \
	F(pango_layout_iter_get_baseline)           \
	F(pango_layout_iter_get_line_extents)       \
	F(pango_layout_iter_get_line_readonly)      \
	F(pango_layout_iter_next_line)              \
	F(pango_layout_set_font_description)        \
	F(pango_layout_set_indent)                  \
	F(pango_layout_set_text)                    \
	F(pango_layout_set_width)                   \
	F(pango_layout_set_wrap)

#define MEMBER(name) __typeof__(name) *(name);
struct library {
	FUNCTIONS(MEMBER)
};

/* ISO C has no cast from dlsym(3)'s result to a function; POSIX wants the bits
 * taken as they are. */
static int
load_symbol(
    void *from, const char *name, void *function, size_t size, struct err *err)
{
	void *symbol = dlsym(from, name);

	if (symbol == NULL)
		return err_set(err, EX_UNAVAILABLE, "Pango: %s", dlerror());
	memcpy(function, &symbol, size);
	return 0;
}

/* RTLD_NODELETE: it stays for the rest of the run, found loaded by the next. */
static int
load(struct library *l, struct err *err)
{
	void *from = dlopen("libpangocairo-1.0.so.0", RTLD_NOW | RTLD_NODELETE);
	int rc = 0;

	if (from == NULL)
		return err_set(err, EX_UNAVAILABLE,
		    "no PDF: %s; install Pango (package libpangocairo-1.0-0)",
		    dlerror());
#define LOAD(name)   \
	if (rc == 0) \
		rc = load_symbol(from, #name, &l->name, sizeof(l->name), err);
	FUNCTIONS(LOAD)
	dlclose(from);
	return rc;
}

/* --- Measures --- */

/* Families in the order of liking; Pango takes others for scripts that these
 * do not have. */
#define FAMILIES "Charis SIL,Liberation Serif,DejaVu Serif,serif"

enum { BODY, HEAD, SMALL, FACES };

static const struct {
	const char *name;
	double size;
} faces[FACES] = {
    [BODY] = {FAMILIES, 11},
    [HEAD] = {FAMILIES " Bold", 11},
    [SMALL] = {FAMILIES, 9},
};

static const struct {
	double width, height;
	double left, right, top, bottom; /* margins */
	double address; /* from the top edge */
} papers[] = {
    [PAPER_A4] = {595.276, 841.890, 70.866, 62.362, 62.362, 70.866, 137.5},
    [PAPER_LETTER] = {612, 792, 72, 64.8, 61.2, 72, 144},
};

static const double line_spacing = 1.22, indent = 24, address_width = 241;
static const double empty_line = 9.5, signing_room = 42;
static const int hanging = 13;

enum paper_size
paper_of_region(const char *region)
{
	/* Unicode CLDR, measurementData, paperSize US-Letter */
	static const char letter[] =
	    " BZ CA CL CO CR GT MX NI PA PH PR SV US VE ";
	char key[5] = " ?? ";

	if (region == NULL || strlen(region) < 2 ||
	    (region[2] != '\0' && region[2] != '-'))
		return PAPER_A4;
	memcpy(key + 1, region, 2);
	return strstr(letter, key) != NULL ? PAPER_LETTER : PAPER_A4;
}

/* --- Writing --- */

struct press {
	struct library l;
	const struct sheet *sheet;
	struct arena *arena;
	cairo_t *cr;
	PangoFontDescription *fonts[FACES];
	double y; /* the top of the next line */
	double bottom; /* below which no line may reach */
	int page, pages; /* pages: 0 while they are counted */
};

/* What is no well-formed UTF-8 and no control, in the arena. */
static char *
clean(struct press *p, struct slice text)
{
	struct buf out = {0};

	while (text.len > 0) {
		size_t n = utf8_length(text.p, text.len);

		if (n > 1 || (n == 1 && (unsigned char)*text.p >= 0x20 &&
				 *text.p != 0x7f))
			buf_add(&out, text.p, n);
		else if (*text.p == '\t')
			buf_putc(&out, ' ');
		n += n == 0;
		text.p += n;
		text.len -= n;
	}
	return buf_keep(&out, p->arena);
}

/* "- one thing", "2. another". */
static bool
is_item(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return strncmp(text, "- ", 2) == 0 ||
	       (digits > 0 && digits < 3 &&
		   strncmp(text + digits, ". ", 2) == 0);
}

static PangoLayout *
lay_out(struct press *p, const char *text, int face, double width)
{
	PangoLayout *layout = p->l.pango_cairo_create_layout(p->cr);

	p->l.pango_context_set_round_glyph_positions(
	    p->l.pango_layout_get_context(layout), FALSE);
	p->l.pango_context_set_language(p->l.pango_layout_get_context(layout),
	    p->l.pango_language_from_string(p->sheet->language));
	p->l.pango_layout_set_font_description(layout, p->fonts[face]);
	p->l.pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
	p->l.pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	p->l.pango_layout_set_text(layout, text, -1);
	if (is_item(text)) /* what follows the first line is set in */
		p->l.pango_layout_set_indent(layout, -hanging * PANGO_SCALE);
	return layout;
}

/* While pages are counted nothing is drawn, though all is laid out. */
static bool
is_drawn(const struct press *p)
{
	return p->pages > 0;
}

/* "2 / 3", and nothing on a letter of one page. */
static void
number_page(struct press *p)
{
	char text[32];
	PangoLayout *layout;
	PangoLayoutIter *i;
	int width, height;
	double wide = papers[p->sheet->size].width;

	if (p->pages < 2)
		return;
	snprintf(text, sizeof(text), "%d / %d", p->page, p->pages);
	layout = lay_out(p, text, SMALL, wide);
	p->l.pango_layout_get_pixel_size(layout, &width, &height);
	i = p->l.pango_layout_get_iter(layout);
	p->l.cairo_move_to(
	    p->cr, (wide - width) / 2, papers[p->sheet->size].height - 36);
	p->l.pango_cairo_show_layout_line(
	    p->cr, p->l.pango_layout_iter_get_line_readonly(i));
	p->l.pango_layout_iter_free(i);
	p->l.g_object_unref(layout);
}

static void
end_page(struct press *p)
{
	if (is_drawn(p)) {
		number_page(p);
		p->l.cairo_show_page(p->cr);
	}
	p->page++;
	p->y = papers[p->sheet->size].top;
}

/* Whether the line that begins here goes onto the next page: when it does not
 * fit; when it is the first of several and the second does not; when it is
 * the last but one and the last does not. */
static bool
breaks_here(const struct press *p, double height, int line, int lines)
{
	bool with_next = lines > 1 && (line == 0 || line == lines - 2);

	return p->y + height * (with_next ? 2 : 1) > p->bottom;
}

static void
put_lines(struct press *p, PangoLayout *layout, double x)
{
	PangoLayoutIter *i = p->l.pango_layout_get_iter(layout);
	int line = 0, lines = p->l.pango_layout_get_line_count(layout);

	do {
		PangoRectangle ink, logical;
		double height, base;

		p->l.pango_layout_iter_get_line_extents(i, &ink, &logical);
		height = line_spacing * logical.height / PANGO_SCALE;
		base = (double)(p->l.pango_layout_iter_get_baseline(i) -
				logical.y) /
		       PANGO_SCALE;
		if (breaks_here(p, height, line, lines) &&
		    p->y > papers[p->sheet->size].top)
			end_page(p);
		if (is_drawn(p)) {
			p->l.cairo_move_to(p->cr,
			    x + (double)logical.x / PANGO_SCALE, p->y + base);
			p->l.pango_cairo_show_layout_line(
			    p->cr, p->l.pango_layout_iter_get_line_readonly(i));
		}
		p->y += height;
		line++;
	} while (p->l.pango_layout_iter_next_line(i));
	p->l.pango_layout_iter_free(i);
}

static void
put_paragraph(struct press *p, struct slice text, int face, double x,
    double width, const char *tag)
{
	PangoLayout *layout = lay_out(p, clean(p, text), face, width);

	if (is_drawn(p))
		p->l.cairo_tag_begin(p->cr, tag, NULL);
	put_lines(p, layout, x);
	if (is_drawn(p))
		p->l.cairo_tag_end(p->cr, tag);
	p->l.g_object_unref(layout);
}

/* Lines of an address, from y on; an empty one takes no room. */
static void
put_address(struct press *p, const char *lines, double y, int face)
{
	struct slice rest = slice_of(lines), line;

	p->y = y;
	while (slice_line(&rest, &line))
		if (slice_trim(line).len > 0)
			put_paragraph(p, slice_trim(line), face,
			    papers[p->sheet->size].left, address_width, "P");
}

static void
put_head(struct press *p)
{
	const struct sheet *s = p->sheet;
	double left = papers[s->size].left,
	       width = papers[s->size].width - left - papers[s->size].right;
	double below;

	put_address(p, s->from, papers[s->size].top, SMALL);
	below = p->y + 20;
	put_address(p, s->to,
	    below > papers[s->size].address ? below : papers[s->size].address,
	    BODY);
	p->y += 30;
	if (p->y < papers[s->size].address + 100)
		p->y = papers[s->size].address + 100;
	put_paragraph(p, slice_of(s->date), BODY, left, width, "P");
	p->y += 14;
	put_paragraph(p, slice_of(s->subject), HEAD, left, width, "H1");
	p->y += 12;
}

static void
put_body(struct press *p)
{
	const struct sheet *s = p->sheet;
	struct slice rest = slice_of(s->text), line;
	double left = papers[s->size].left,
	       width = papers[s->size].width - left - papers[s->size].right;

	while (p->page <= PAPER_PAGES_MOST && slice_line(&rest, &line)) {
		bool set_in = line.len > 0 && line.p[0] == ' ';
		double in = set_in ? indent : 0;

		line = slice_trim(line);
		if (slice_is(line, s->author)) /* between "sincerely" and it */
			p->y += signing_room;
		if (line.len == 0)
			p->y += empty_line;
		else
			put_paragraph(
			    p, line, BODY, left + in, width - in, "P");
	}
}

static void
put_letter(struct press *p)
{
	p->page = 1;
	p->y = papers[p->sheet->size].top;
	p->bottom =
	    papers[p->sheet->size].height - papers[p->sheet->size].bottom;
	put_head(p);
	put_body(p);
	end_page(p);
}

static void
set_properties(struct press *p, cairo_surface_t *surface)
{
	const struct sheet *s = p->sheet;
	time_t at = (time_t)s->made;
	char time[32];
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", &tm);
	p->l.cairo_pdf_surface_set_metadata(
	    surface, CAIRO_PDF_METADATA_TITLE, clean(p, slice_of(s->subject)));
	p->l.cairo_pdf_surface_set_metadata(
	    surface, CAIRO_PDF_METADATA_AUTHOR, clean(p, slice_of(s->author)));
	p->l.cairo_pdf_surface_set_metadata(
	    surface, CAIRO_PDF_METADATA_CREATOR, "promised");
	p->l.cairo_pdf_surface_set_metadata(
	    surface, CAIRO_PDF_METADATA_CREATE_DATE, time);
	p->l.cairo_pdf_surface_set_metadata(
	    surface, CAIRO_PDF_METADATA_MOD_DATE, time);
}

static cairo_status_t
take_bytes(void *out, const unsigned char *bytes, unsigned n)
{
	buf_add(out, bytes, n);
	return CAIRO_STATUS_SUCCESS;
}

static int
print(struct press *p, cairo_surface_t *surface, struct err *err)
{
	cairo_status_t status;

	set_properties(p, surface);
	put_letter(p); /* to count its pages */
	if (p->page > PAPER_PAGES_MOST + 1)
		return err_set(err, EX_DATAERR,
		    "no PDF: the letter is longer "
		    "than %d pages",
		    PAPER_PAGES_MOST);
	p->pages = p->page - 1;
	p->l.cairo_tag_begin(p->cr, "Document", NULL);
	put_letter(p);
	p->l.cairo_tag_end(p->cr, "Document");
	status = p->l.cairo_status(p->cr);
	p->l.cairo_surface_finish(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = p->l.cairo_surface_status(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		return 0;
	return err_set(err, EX_SOFTWARE, "no PDF: %s",
	    p->l.cairo_status_to_string(status));
}

static void
choose_fonts(struct press *p)
{
	for (int i = 0; i < FACES; i++) {
		p->fonts[i] =
		    p->l.pango_font_description_from_string(faces[i].name);
		p->l.pango_font_description_set_absolute_size(
		    p->fonts[i], faces[i].size * PANGO_SCALE);
	}
}

int
paper_write(const struct sheet *sheet, struct buf *out, struct err *err)
{
	struct press p = {.sheet = sheet};
	cairo_surface_t *surface;
	int rc;

	if (strlen(sheet->text) > PAPER_TEXT_MOST)
		return err_set(err, EX_DATAERR,
		    "no PDF: the letter is longer than %d KB",
		    PAPER_TEXT_MOST / 1024);
	if (load(&p.l, err) != 0)
		return -1;
	p.arena = arena_new();
	/* It does not see that load_symbol() has set it.
	 * NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
	surface = p.l.cairo_pdf_surface_create_for_stream(take_bytes, out,
	    papers[sheet->size].width, papers[sheet->size].height);
	p.cr = p.l.cairo_create(surface);
	choose_fonts(&p);
	rc = print(&p, surface, err);
	for (int i = 0; i < FACES; i++)
		p.l.pango_font_description_free(p.fonts[i]);
	p.l.cairo_destroy(p.cr);
	p.l.cairo_surface_destroy(surface);
	arena_free(p.arena);
	return rc;
}
