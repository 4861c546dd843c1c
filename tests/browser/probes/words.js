/* C-6: words of letters that are broken in the middle, at the usual text size; needs window.__p. Each line is a defect. */
() => {
  const { seen } = window.__p;
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement.closest("script, style, select, textarea, code, pre, svg") || !seen(node.parentElement)) continue;
    for (const { 0: word, index } of node.data.matchAll(/(?<![^\s([“"])\p{L}{2,}(?![^\s)\]”".,:;?!])/gu)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const lines = new Set([...range.getClientRects()].filter((r) => r.width > 0).map((r) => Math.round(r.top)));
      if (lines.size > 1) found.push(`C-6: broken in the middle: ${word}`);
    }
  }
  return found;
}
