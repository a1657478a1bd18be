// The text of an agreement in a region of its own, and a button that waits for its end.
// Without this file the page has the whole text before the button.
(function () {
  "use strict";

  var text = document.querySelector("[data-terms-text]");
  var form = document.querySelector("[data-terms-form]");
  if (!text || !form || !window.IntersectionObserver) return;
  var end = text.querySelector("[data-terms-end]");
  var reached = text.querySelector("[data-terms-reached]");
  var button = form.querySelector("[data-terms-button]");
  var wait = form.querySelector("[data-terms-wait]");
  var scrolled = form.querySelector("[data-terms-scrolled]");
  var dwell = form.querySelector("[data-terms-dwell]");
  var began = Date.now();

  function seconds() {
    return String(Math.round((Date.now() - began) / 1000));
  }

  function done() {
    if (scrolled.value) return;
    scrolled.value = seconds();
    button.removeAttribute("aria-disabled");
    // A description is read out even where what it stands in is hidden.
    button.removeAttribute("aria-describedby");
    wait.hidden = true;
    watcher.disconnect();
  }

  var watcher = new IntersectionObserver(function (entries) {
    if (entries.some(function (entry) { return entry.isIntersecting; })) done();
  });

  text.classList.add("terms-region");
  text.setAttribute("tabindex", "0");
  text.setAttribute("role", "region");
  // It can be reached and says why it waits, which a disabled button could not.
  button.setAttribute("aria-disabled", "true");
  wait.hidden = false;
  if (wait.id === "") wait.id = "terms-wait";
  button.setAttribute("aria-describedby", wait.id);
  // Whoever moves from link to link, or lets the text be read out, comes to the end by its link.
  reached.addEventListener("focus", done);
  reached.addEventListener("click", done);
  watcher.observe(end);

  form.addEventListener("submit", function (event) {
    if (event.submitter === button && button.getAttribute("aria-disabled")) {
      event.preventDefault();
      wait.hidden = false;
      text.focus();
      return;
    }
    dwell.value = seconds();
  });
})();
