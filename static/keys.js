// allauth's scripts ask the browser for a passkey; this offers it where there can be one, and says
// in words when the browser gave none.
(function () {
  "use strict";
  var login = document.getElementById("passkey_login");
  if (login && window.PublicKeyCredential) {
    login.hidden = false;
  }
  document.addEventListener("allauth.error", function (event) {
    var problem = document.querySelector("[data-key-problem]");
    if (!problem) {
      return;
    }
    event.preventDefault();
    problem.hidden = false;
  });
})();
