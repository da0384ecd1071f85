/*
 * out_flame - a flame graph: one SVG file with nothing outside it, in which a
 * browser can zoom (click) and search (box, regular expressions).
 */
#include <inttypes.h>

#include "common/base/attrs.h"
#include "tool/base/figures.h"
#include "tool/report/calltree.h"
#include "tool/report/keys.h"
#include "tool/report/report.h"
#include "tool/report/told.h"

enum { WIDTH = 1200, MARGIN = 10, ROW = 18, TOP = 64, FOOT = 30,
	LEAST_TENTHS = 2 /* of a pixel: narrower is not drawn */ };

static const char style[] =
"text{font:12px Verdana,sans-serif;fill:#222}"
".t{font-size:17px;font-weight:bold}.m{fill:#666}"
"g.c text{pointer-events:none}g.c{cursor:pointer}"
"g.c rect{stroke:#fff;stroke-width:.5}"
"g.c:hover rect{stroke:#000;stroke-width:1}"
"g.c.hit rect{fill:#c04df0}g.c.off{display:none}"
"g.c.above rect{opacity:.45}.b{cursor:pointer;fill:#2a5db0}"
"input{font:12px Verdana,sans-serif;width:190px}";

/* The script keeps each call's place in data-x and data-w, as shares of the
 * whole, and moves rectangles when one of them becomes the whole. */
static const char script[] =
"const W=1180,M=10,S=document.documentElement;\n"
"const C=[...S.querySelectorAll('g.c')].map(g=>({g,x:+g.dataset.x,"
"w:+g.dataset.w,d:+g.dataset.d,n:g.dataset.n,r:g.querySelector('rect'),"
"t:g.querySelector('text')}));\n"
"const info=S.getElementById('info'),hits=S.getElementById('hits'),"
"all=S.getElementById('all');\n"
/* What does not fit loses the arguments of templates, then the namespaces and
 * classes in front, and its end at last. */
"function brief(n){let o='',d=0;for(let i=0;i<n.length;i++){const c=n[i];"
"if(c=='<'&&!/operator<?$/.test(n.slice(0,i))){if(!d++)o+='<..>';}"
"else if(c=='>'&&d)d-=n[i-1]!='-';else if(!d)o+=c;}return o;}\n"
"function fit(s,n){if(s.length<=n)return s;s=brief(s);"
"for(let k;s.length>n&&(k=s.indexOf('::'))>=0;)s=s.slice(k+2);"
"return s.length<=n?s:s.slice(0,n-2)+'..';}\n"
"function label(c,w){const n=Math.floor((w-6)/7.2);"
"c.t.textContent=n<3?'':fit(c.n,n);}\n"
"function zoom(z){for(const c of C){"
"const inside=c.x>=z.x-1e-9&&c.x+c.w<=z.x+z.w+1e-9,"
"over=c.d<z.d&&c.x<=z.x+1e-9&&c.x+c.w>=z.x+z.w-1e-9;"
"c.g.classList.toggle('above',over);"
"c.g.classList.toggle('off',!(over||(inside&&c.d>=z.d)));"
"const x=over?M:M+(c.x-z.x)/z.w*W,w=over?W:c.w/z.w*W;"
"c.r.setAttribute('x',x);c.r.setAttribute('width',Math.max(w,.3));"
"c.t.setAttribute('x',x+3);label(c,w);}"
"all.style.display=z.d?'':'none';}\n"
"for(const c of C){c.g.addEventListener('click',()=>zoom(c));"
"c.g.addEventListener('mouseover',()=>"
"{info.textContent=c.g.querySelector('title').textContent;});"
"c.g.addEventListener('mouseout',()=>{info.textContent='';});}\n"
"all.addEventListener('click',()=>zoom(C[0]));\n"
"function search(s){let re=null;try{re=s?new RegExp(s,'i'):null}catch(e){}"
"const on=[];for(const c of C){const h=!!(re&&re.test(c.n));"
"c.g.classList.toggle('hit',h);if(h)on.push(c);}"
"on.sort((a,b)=>a.x-b.x||b.w-a.w);let end=-1,sum=0;"
"for(const c of on){if(c.x>=end-1e-9){sum+=c.w;end=c.x+c.w;}}"
"hits.textContent=re?(sum*100).toFixed(1)+'% in '+on.length+' boxes':'';}\n"
"S.getElementById('q').addEventListener('input',e=>search(e.target.value));\n"
"zoom(C[0]);\n";

struct flame {
	struct report *r;
	struct calltree t;
	FILE *to;
	double per_unit;	/* of the whole, one unit of the value */
	uint64_t left_out;
};

/* Warm colours; the same function has the same one everywhere. */
static void
put_color(FILE *to, const char *name)
{
	uint64_t h = strings_hash(name, __builtin_strlen(name));

	fprintf(to, "rgb(%u,%u,%u)", (unsigned)(225 + h % 30),
	    (unsigned)(95 + (h >> 8) % 120), (unsigned)(40 + (h >> 16) % 50));
}

static const char *
name_of(const struct flame *f, uint32_t call)
{
	return call == 0 ? "all" :
	    strings_get(&f->r->m.strings, f->t.calls[call].function);
}

static void
put_title(struct flame *f, uint32_t call)
{
	const struct call *c = &f->t.calls[call];
	char a[FIGURE_MAX];

	fputs("<title>", f->to);
	figures_put_xml(f->to, name_of(f, call));
	if (c->file != 0) {
		fputc(' ', f->to);
		figures_put_xml(f->to,
		    strings_get(&f->r->m.strings, c->file));
		fprintf(f->to, ":%u", c->line);
	}
	fprintf(f->to, ": %s (%.2f%%)</title>",
	    keys_value(a, f->r->opt.by, c->value),
	    100.0 * (double)c->value * f->per_unit);
}

static void
put_call(struct flame *f, uint32_t call, unsigned depth, double x)
{
	double w = (double)f->t.calls[call].value * f->per_unit;
	double span = WIDTH - 2 * MARGIN;
	const char *name = name_of(f, call);

	fprintf(f->to, "<g class=\"c\" data-x=\"%.9f\" data-w=\"%.9f\" "
	    "data-d=\"%u\" data-n=\"", x, w, depth);
	figures_put_xml(f->to, name);
	fputs("\">", f->to);
	put_title(f, call);
	fprintf(f->to, "<rect x=\"%.2f\" y=\"%u\" width=\"%.2f\" "
	    "height=\"%u\" rx=\"2\" fill=\"", MARGIN + x * span,
	    TOP + depth * ROW, w * span, ROW - 1);
	put_color(f->to, name);
	fprintf(f->to, "\"/><text x=\"%.2f\" y=\"%u\"></text></g>\n",
	    MARGIN + x * span + 3, TOP + depth * ROW + 13);
}

static void
put_below(struct flame *f, uint32_t call, unsigned depth, double x)
{
	put_call(f, call, depth, x);
	for (uint32_t i = f->t.calls[call].child; i != 0;
	    i = f->t.calls[i].next) {
		double w = (double)f->t.calls[i].value * f->per_unit;

		if (w * 10 * WIDTH < LEAST_TENTHS)
			f->left_out++;
		else
			put_below(f, i, depth + 1, x);
		x += w;
	}
}

static void
put_head(struct flame *f)
{
	unsigned height = TOP + (f->t.depth + 1) * ROW + FOOT;
	char a[FIGURE_MAX];

	fprintf(f->to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" "
	    "height=\"%u\" viewBox=\"0 0 %u %u\">\n<style>%s</style>\n"
	    "<rect width=\"100%%\" height=\"100%%\" fill=\"#fdfcf8\"/>\n"
	    "<text class=\"t\" x=\"%u\" y=\"24\">", WIDTH, height, WIDTH,
	    height, style, MARGIN);
	figures_put_xml(f->to, f->r->name);
	fprintf(f->to, ": %s, %s</text>\n", keys_title(f->r->opt.by),
	    keys_value(a, f->r->opt.by, f->t.calls[0].value));
	fprintf(f->to, "<text class=\"m\" x=\"%u\" y=\"46\">callers above, "
	    "what they call below; click zooms</text>\n"
	    "<text class=\"b\" id=\"all\" x=\"370\" y=\"46\" "
	    "style=\"display:none\">[show all]</text>\n"
	    "<foreignObject x=\"870\" y=\"30\" width=\"200\" height=\"26\">"
	    "<input xmlns=\"http://www.w3.org/1999/xhtml\" id=\"q\" "
	    "placeholder=\"search: a regular expression\"/>"
	    "</foreignObject>\n"
	    "<text id=\"hits\" x=\"1078\" y=\"46\"></text>\n", MARGIN);
	fprintf(f->to, "<text id=\"info\" class=\"m\" x=\"%u\" y=\"%u\">"
	    "</text>\n", MARGIN, height - 10);
}

/* What of the leaks is not in the picture, for no stack of it is known. */
static void
put_unlisted(struct flame *f)
{
	struct amount more = told_unlisted(f->r);

	if (f->r->opt.by == BY_LEAKED && more.blocks > 0)
		fprintf(f->to, "<text class=\"m\" x=\"440\" y=\"46\">not in "
		    "it: %" PRIu64 " bytes in %" PRIu64 " block%s that the log "
		    "does not list</text>\n", more.bytes, more.blocks,
		    figures_plural(more.blocks));
}

void
flame_print(struct report *r, FILE *to)
{
	struct flame f = { .r = r, .to = to };

	calltree_build(&f.t, r);
	if (f.t.calls[0].value > 0)
		f.per_unit = 1.0 / (double)f.t.calls[0].value;
	put_head(&f);
	put_unlisted(&f);
	put_below(&f, 0, 0, 0.0);
	if (f.left_out > 0)
		fprintf(to, "<!-- %" PRIu64 " branches too narrow to see "
		    "are left out -->\n", f.left_out);
	fprintf(to, "<script><![CDATA[\n%s]]></script>\n</svg>\n", script);
	calltree_drop(&f.t);
}
