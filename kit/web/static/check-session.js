/* Answers an application's page, which frames ours, whether the session is the one it knows: "unchanged", "changed" or "error".
   OpenID Connect Session Management 1.0 §3.2. Reads one cookie, asks nobody. */
(function (d, w) {
  "use strict";
  var name = d.currentScript.getAttribute("data-cookie") + "=";

  function state() {
    var parts = d.cookie.split("; "), i;
    for (i = 0; i < parts.length; i++) if (parts[i].indexOf(name) === 0) return parts[i].substring(name.length);
    return "";
  }

  function base64url(buffer) {
    var bytes = new Uint8Array(buffer), text = "", i;
    for (i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]);
    return w.btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  w.addEventListener("message", function (event) {
    var cut, dot, told, mine = state();
    function answer(text) { event.source.postMessage(text, event.origin); }
    if (!event.source || event.source === w || event.origin === "null" || typeof event.data !== "string") return;
    cut = event.data.lastIndexOf(" ");
    told = event.data.substring(cut + 1);
    dot = told.lastIndexOf(".");
    if (cut < 1 || dot < 1 || !w.crypto || !w.crypto.subtle) return answer("error");
    if (!mine) return answer("changed");
    w.crypto.subtle.digest("SHA-256", new TextEncoder().encode(
      event.data.substring(0, cut) + " " + event.origin + " " + mine + " " + told.substring(dot + 1)
    )).then(function (hash) {
      answer(base64url(hash) === told.substring(0, dot) ? "unchanged" : "changed");
    }, function () { answer("error"); });
  });
})(document, window);
