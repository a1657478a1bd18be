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

  function begin(root) {
    each(root, "[data-copy]", copyButton);
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
