/* Helpers of the other probes, as window.__p. They change nothing on the page. */
(() => {
  const INTERACTIVE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link], [tabindex]:not([tabindex='-1'])";

  const name = (el) => {
    if (!el || !el.tagName) return "?";
    const tag = el.tagName.toLowerCase();
    const cls = typeof el.className === "string" ? el.className.trim().split(/\s+/)[0] : "";
    const said = (el.getAttribute("aria-label") || el.innerText || el.value || el.name || "").trim().replace(/\s+/g, " ").slice(0, 36);
    return tag + (el.id ? "#" + el.id : cls ? "." + cls : "") + (said ? ` "${said}"` : "");
  };

  /* Seen by the eye: rendered, with an area, and not moved off or clipped away (the usual ".sr" and ".skip" tricks). */
  const seen = (el) => {
    if (!el.checkVisibility({ visibilityProperty: true })) return false;
    const r = el.getBoundingClientRect();
    if (r.width < 2 || r.height < 2 || r.right <= 0 || r.bottom + scrollY <= 0) return false;
    for (let e = el; e; e = e.parentElement) {
      const s = getComputedStyle(e);
      if (s.clip !== "auto" && s.position === "absolute" && (e.offsetWidth <= 2 || /rect\(0(px)?[ ,]+0/.test(s.clip))) return false;
    }
    return true;
  };

  const inFooter = (el) => !!el.closest("footer, [role=contentinfo]");
  const isSkip = (a) => a.matches("a[href^='#']") && !a.closest("main, [role=main], nav");
  const isLanguage = (a) => a.matches("a") && (a.hasAttribute("hreflang") || /[?&]lang=/.test(a.href));
  const interactive = () => [...document.querySelectorAll(INTERACTIVE)].filter((el) => !el.disabled);

  window.__p = { name, seen, inFooter, isSkip, isLanguage, interactive };
})();
