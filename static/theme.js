// Runs before the first paint. "system" follows the device; a choice is kept on this device only.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return localStorage.getItem("theme") || "system";
    } catch (refused) {
      return "system";
    }
  }

  function apply() {
    var theme = chosen();
    root.setAttribute("data-bs-theme", theme === "system" ? (dark.matches ? "dark" : "light") : theme);
  }

  dark.addEventListener("change", apply);
  window.sluiceTheme = { chosen: chosen, apply: apply };
  apply();
})();
