/* C-9: after a Tab, says what has the focus and whether a ring of at least 3 px shows it; needs window.__p. */
() => {
  const { name } = window.__p;
  const el = document.activeElement;
  if (!el || el === document.body || el === document.documentElement) return { away: true };
  const ring = [el, ...[...el.querySelectorAll("*")].slice(0, 6), ...(el.closest("label") ? [el.closest("label")] : [])].some((e) => {
    const s = getComputedStyle(e);
    return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 3) || /0px 0px 0px [3-9]/.test(s.boxShadow);
  });
  const r = el.getBoundingClientRect();
  const x = Math.min(Math.max(r.left + r.width / 2, 0), innerWidth - 1), y = Math.min(Math.max(r.top + r.height / 2, 0), innerHeight - 1);
  const front = document.elementFromPoint(x, y);
  const covered = !!front && !el.contains(front) && !front.contains(el) && !(el.labels && [...el.labels].some((l) => l.contains(front))) && el.getClientRects().length === 1;
  window.__met = window.__met || new Set();
  const again = window.__met.has(el);
  window.__met.add(el);
  return { name: name(el), ring, covered, again };
}
