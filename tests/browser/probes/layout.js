/* What does not fit at the present width; needs window.__p. Each line is a defect. */
() => {
  const { name, seen, isSkip, interactive } = window.__p;
  const root = document.documentElement, wide = root.clientWidth;
  const all = (css) => [...document.querySelectorAll(css)];
  const px = (n) => Math.round(n * 10) / 10;
  const found = [];
  const scrolls = (el) => { for (let e = el.parentElement; e && e !== root && e !== document.body; e = e.parentElement) if (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX)) return true; return false; };

  /* C-6: no sideways scrolling. */
  if (Math.max(root.scrollWidth, document.body.scrollWidth) > wide + 1) {
    const out = all("body *").filter((el) => el.checkVisibility() && el.getBoundingClientRect().right > wide + 1 && !scrolls(el)).filter((el, _, list) => !list.some((o) => o !== el && el.contains(o))).slice(0, 3);
    found.push(`C-6: the page is ${root.scrollWidth} px wide on ${wide}: ` + out.map((el) => `${name(el)} reaches ${px(el.getBoundingClientRect().right)}`).join("; "));
  }
  all("body *").filter((el) => {
    const s = getComputedStyle(el);
    if (!/hidden|clip/.test(s.overflowX + s.overflowY) || el.closest("svg, select") || !el.innerText || !el.innerText.trim() || !seen(el)) return false;
    return (/hidden|clip/.test(s.overflowX) && el.scrollWidth > el.clientWidth + 1) || (/hidden|clip/.test(s.overflowY) && el.scrollHeight > el.clientHeight + 2);
  }).forEach((el) => found.push(`C-6: cut off: ${name(el)}`));

  /* C-8: every target is at least 24 by 24; a link inside a sentence takes the sentence's line. */
  const inText = (el) => {
    if (!el.matches("a") || getComputedStyle(el).display !== "inline") return false;
    let block = el.parentElement;
    while (block && getComputedStyle(block).display === "inline") block = block.parentElement;
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    for (let n = walker.nextNode(); n; n = walker.nextNode()) if (/[\p{L}\p{N}]/u.test(n.data) && !n.parentElement.closest("a, button, select, script, style") && n.parentElement.checkVisibility()) return true;
    return false;
  };
  interactive().filter((el) => seen(el) && !isSkip(el)).forEach((el) => {
    const labels = /checkbox|radio/.test(el.type) ? [...(el.labels || [])] : [];
    const boxes = [el, ...labels].flatMap((e) => [...e.getClientRects()]).filter((r) => r.width > 0 && r.height > 0);
    const w = Math.max(...boxes.map((r) => r.width)), h = Math.max(...boxes.map((r) => r.height));
    if ((w < 23.9 || h < 23.9) && !inText(el)) found.push(`C-8: ${name(el)} is ${px(w)}×${px(h)}`);
    if (el.matches("main button.btn, main a.btn, main input[type=text], main input[type=password]") && !el.closest(".console, .adm") && h < 43.9) found.push(`C-8: main control ${name(el)} is ${px(h)} high`);
  });
  return found;
}
