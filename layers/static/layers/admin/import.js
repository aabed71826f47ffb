// The import page: the columns of the chosen target, a warning before a file too large is sent, and one click only.
"use strict";
for (const form of document.querySelectorAll("form[data-import]")) {
  const target = form.querySelector("#id_target");
  const file = form.querySelector("#id_file");
  const closing = form.querySelector("[data-closing]");
  const REGIONS = ["region", "district", "township", "village"];

  const follow = () => {
    for (const each of document.querySelectorAll("details[data-target]")) {
      each.hidden = target.value !== "" && each.dataset.target !== target.value;
      each.open = each.dataset.target === target.value;
    }
    closing.hidden = !REGIONS.includes(target.value) && !closing.querySelector("input").checked;
  };
  if (target) {
    target.addEventListener("change", follow);
    follow();
  }
  if (file) {
    file.addEventListener("change", () => {
      const most = Number(form.dataset.max);
      const size = file.files[0] ? file.files[0].size : 0;
      file.setCustomValidity(size > most ? `文件超过 ${Math.floor(most / 1048576)} MB 的上限` : "");
      file.reportValidity();
    });
  }
  form.addEventListener("submit", () => form.classList.add("is-busy"));
}
// Back from the browser's memory, the form is not busy any more.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form.is-busy")) form.classList.remove("is-busy");
});
