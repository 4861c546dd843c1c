/* What the document says about itself; needs window.__p. Each line is a defect. */
({ languages }) => {
  const { name } = window.__p;
  const all = (css) => [...document.querySelectorAll(css)];
  const clean = (text) => (text || "").trim().replace(/\s+/g, " ");
  const found = [];
  const bad = (rule, what) => found.push(`${rule}: ${what}`);

  /* C-2: no inline code. */
  all("script:not([src]), style").forEach((el) => bad("C-2", `inline ${el.tagName.toLowerCase()}`));
  all("[style]").forEach((el) => bad("C-2", `style attribute on ${name(el)}`));
  all("*").forEach((el) => [...el.attributes].filter((a) => /^on[a-z]+$/.test(a.name)).forEach((a) => bad("C-2", `${a.name} on ${name(el)}`)));
  all("[href^='javascript:' i]").forEach((el) => bad("C-2", `script link ${name(el)}`));

  /* C-3: what only script can do is not in the document. */
  all("[data-js-only]").forEach((el) => bad("C-3", name(el)));

  /* Headings, language, title. */
  const h1 = all("h1");
  if (h1.length !== 1) bad("heading", `${h1.length} h1`);
  let level = 1;
  all("main h1, main h2, main h3, main h4, main h5").forEach((h) => { const n = Number(h.tagName[1]); if (n > level + 1) bad("heading", `h${level} then ${name(h)}`); level = n; });
  if (!languages.includes(document.documentElement.lang)) bad("C-12", `lang is ${document.documentElement.lang}`);
  const other = all("a[hreflang]").filter((a) => /[?&]lang=(id|en)/.test(a.getAttribute("href")) && a.lang);
  if (other.length !== languages.length - 1) bad("C-12", `${other.length} language links`);
  if (!clean(document.title)) bad("title", "empty");
  const main = all("main");
  if (main.length !== 1) bad("landmark", `${main.length} main`);

  /* C-10: a summary is first in main, takes focus, links to its fields; the title says Galat. */
  const summary = document.querySelector("main .errors");
  if (summary) {
    if (!/^(Galat|Error): /.test(document.title)) bad("C-10", `title does not begin with Galat: ${document.title}`);
    if (!summary.hasAttribute("autofocus") || summary.tabIndex !== -1) bad("C-10", "the summary does not take focus");
    const before = [...document.querySelectorAll("main h1, main form, main input")].filter((el) => summary.compareDocumentPosition(el) & Node.DOCUMENT_POSITION_PRECEDING);
    if (before.length) bad("C-10", `before the summary: ${name(before[0])}`);
    summary.querySelectorAll("a[href^='#']").forEach((a) => { if (!document.getElementById(a.hash.slice(1))) bad("C-10", `leads to no field: ${a.hash}`); });
  }

  /* C-14: password managers work. */
  all("input").forEach((el) => {
    if (el.getAttribute("autocomplete") === "off") bad("C-14", `autocomplete=off on ${name(el)}`);
    if (el.type === "password") {
      if (!/^(current|new)-password$/.test(el.autocomplete)) bad("C-14", `no autocomplete on ${name(el)}`);
      if (el.hasAttribute("maxlength")) bad("C-14", `maxlength on ${name(el)}`);
      if (!el.form || !el.form.querySelector("input[autocomplete~=username]")) bad("C-14", `no username field beside ${name(el)}`);
      if (!el.id || !el.name) bad("C-14", `no name or id on ${name(el)}`);
    }
  });
  all("meta[name=viewport]").forEach((m) => { if (/user-scalable|maximum-scale/.test(m.content)) bad("C-7", "zoom is forbidden"); });

  /* C-20 and forms; tok: the token of an older system of the demonstration. */
  const help = document.querySelector("footer .help");
  if (!help || help.querySelectorAll("li").length < 4) bad("C-20", "the help is not in the footer");
  all("form").filter((f) => (f.getAttribute("method") || "").toLowerCase() === "post").forEach((f) => {
    const away = /^https?:/.test(f.getAttribute("action") || ""), token = Boolean(f.querySelector("input[name=csrf], input[name=tok]"));
    if (away === token) bad("csrf", away ? `the token goes to ${f.getAttribute("action")}` : `form ${f.getAttribute("action")}`);
  });
  const ids = {};
  all("[id]").forEach((el) => { ids[el.id] = (ids[el.id] || 0) + 1; });
  Object.keys(ids).filter((id) => ids[id] > 1).forEach((id) => bad("id", `twice: ${id}`));
  all("a[href^='#']").filter((a) => a.hash.length < 2 || !document.getElementById(decodeURIComponent(a.hash.slice(1)))).forEach((a) => bad("link", `leads nowhere: ${name(a)}`));
  all("a:not([href])").forEach((a) => bad("link", `without address: ${name(a)}`));
  all("[disabled]").forEach((el) => { if (!el.closest("fieldset[disabled]") && !el.getAttribute("aria-describedby")) bad("AD-2", `disabled without a reason: ${name(el)}`); });

  /* C-11: a way on besides the footer. */
  const ways = all("main a[href], main button").filter((el) => el.checkVisibility());
  if (!ways.length) bad("C-11", "no way on in main");

  /* C-7: readable sizes. */
  const size = (el) => parseFloat(getComputedStyle(el).fontSize);
  if (size(document.body) < 16.9) bad("C-7", `base text ${size(document.body)} px`);
  all("input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea").forEach((el) => { if (el.checkVisibility() && size(el) < 16) bad("C-7", `${name(el)} has ${size(el)} px`); });
  if (innerWidth < 500) h1.forEach((el) => { if (size(el) > 28.1) bad("C-7", `h1 has ${size(el)} px on a phone`); });
  return found;
}
