// A form that takes long: one click only. Back from the browser's memory, it is not busy any more.
"use strict";
for (const form of document.querySelectorAll("form[data-import]")) form.addEventListener("submit", () => form.classList.add("is-busy"));
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form.is-busy")) form.classList.remove("is-busy");
});
