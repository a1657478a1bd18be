// Small conveniences. Every page works without this file.
(function () {
  "use strict";

  function each(root, selector, act) {
    Array.prototype.forEach.call(root.querySelectorAll(selector), act);
  }

  function themeSwitch(group) {
    var buttons = group.querySelectorAll("[data-theme-value]");
    function show() {
      buttons.forEach(function (button) {
        button.setAttribute("aria-pressed", String(button.dataset.themeValue === window.sluiceTheme.chosen()));
      });
    }
    group.addEventListener("click", function (event) {
      var button = event.target.closest("[data-theme-value]");
      if (!button) return;
      try {
        localStorage.setItem("theme", button.dataset.themeValue);
      } catch (refused) {
        return;
      }
      window.sluiceTheme.apply();
      show();
    });
    show();
    group.hidden = false;
  }

  function copyButton(block) {
    var button = block.querySelector("[data-copy-button]");
    if (!navigator.clipboard) return; // Plain http: the text can still be selected by hand.
    var words = button.querySelector("span");
    var before = words.textContent;
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(block.querySelector("[data-copy-text]").textContent).then(function () {
        words.textContent = button.dataset.copied;
        window.setTimeout(function () {
          words.textContent = before;
        }, 2000);
      });
    });
  }

  // What would be refused is said before it is sent, at its field; sending is shown.
  function files(input) {
    var said = document.createElement("p");
    said.className = "field-error";
    said.setAttribute("role", "alert");
    said.hidden = true;
    input.before(said);
    function together() {
      return Array.from(input.files).reduce(function (sum, file) {
        return sum + file.size;
      }, 0);
    }
    function inMegabytes(words, bytes) {
      return words.replace("{size}", (bytes / 1e6).toFixed(1) + " MB");
    }
    function look() {
      var chosen = Array.from(input.files);
      var bytes = together();
      var large = chosen.filter(function (file) {
        return file.size > Number(input.dataset.mostBytes);
      });
      var words = large.map(function (file) {
        return input.dataset.tooLarge.replace("{name}", file.name);
      });
      if (chosen.length > Number(input.dataset.mostFiles)) words.push(input.dataset.tooMany);
      if (chosen.length > 1 && bytes > Number(input.dataset.mostTogether)) words.push(inMegabytes(input.dataset.tooMuch, bytes));
      said.textContent = words.join(" ");
      said.hidden = !words.length;
      input.classList.toggle("is-invalid", words.length > 0);
      return !words.length;
    }
    input.addEventListener("change", look);
    input.form.addEventListener("submit", function (event) {
      if (!look()) {
        event.preventDefault();
        input.focus();
        return;
      }
      var bytes = together();
      if (!bytes) return;
      var sending = document.createElement("p");
      sending.setAttribute("role", "status");
      sending.append(document.createElement("progress"), " ", inMegabytes(input.dataset.sending, bytes));
      input.after(sending);
      // Whoever comes back by the browser's button finds the form as it was.
      window.addEventListener("pageshow", function () {
        sending.remove();
      }, { once: true });
    });
  }

  function begin(root) {
    each(root, "[data-copy]", copyButton);
    each(root, "[data-most-bytes]", files);
    each(root, "[data-focus]", function (element) {
      element.focus();
    });
  }

  document.addEventListener("click", function (event) {
    each(document, "[data-menu][open]", function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    each(document, "[data-menu][open]", function (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  each(document, "[data-theme-switch]", themeSwitch);
  begin(document);
  document.addEventListener("htmx:afterSwap", function (event) {
    begin(event.target);
  });
})();
