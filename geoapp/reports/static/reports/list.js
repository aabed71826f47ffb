// The list of reports: drawn from what the page brought, and asked for again while anything is being made.
const place = document.getElementById("jobs");
const form = document.querySelector("form.ask");
const WAITING = 1, RUNNING = 2, FAILED = 4;
const EVERY_MS = 1500;

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function issuing(job) {
  const issue = element("form", { method: "post", action: job.issue });
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  for (const [name, value] of [["csrfmiddlewaretoken", token], ["lang", place.dataset.lang], ["job", job.id]])
    issue.append(element("input", { type: "hidden", name, value }));
  issue.append(element("button", { type: "submit", class: "text-button", "data-testid": "issue" }, place.dataset.issue));
  return issue;
}

function deletion(job) {
  const remove = element("form", { method: "post", action: `/reports/${job.id}/delete` });
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  remove.append(
    element("input", { type: "hidden", name: "csrfmiddlewaretoken", value: token }),
    element("input", { type: "hidden", name: "lang", value: place.dataset.lang }),
    element("button", { type: "submit", class: "text-button", "data-testid": "delete" }, place.dataset.delete));
  return remove;
}

function row(job) {
  const busy = job.status === WAITING || job.status === RUNNING;
  const told = [job.told, job.step, busy ? `${job.percent}%` : "", job.error].filter(Boolean).join(" · ");
  const files = job.files.map((file) => element("a", { href: file.url, download: "", "data-form": file.form }, `${file.label} `, element("small", {}, file.size)));
  return element("li", { id: `job-${job.id}`, class: "job card", "data-testid": "job", "data-status": job.status },
    element("div", { class: "what" },
      element("strong", {}, `${job.name}${job.kind ? ` · ${job.kind}` : ""} · ${job.period}${job.divisions ? ` · ${job.divisions}` : ""}${job.language ? ` · ${job.language}` : ""}`),
      element("small", {}, job.at, job.old ? ` · ${place.dataset.old}` : "")),
    element("div", { class: "how" },
      busy ? element("progress", { max: 100, value: job.percent, "aria-label": job.name }) : null,
      files.length ? element("p", { class: "files" }, ...files) : element("p", { class: job.status === FAILED ? "state failed" : "state" }, told)),
    element("div", { class: "acts" }, job.issue ? issuing(job) : null, job.mine ? deletion(job) : null));
}

function draw(jobs) {
  const focused = place.contains(document.activeElement) ? document.activeElement.closest(".job")?.id : null;
  place.replaceChildren(jobs.length ? element("ul", {}, ...jobs.map(row)) : element("p", { class: "lead" }, place.dataset.none));
  if (focused) document.querySelector(`#${focused} button`)?.focus();
  if (jobs.some((job) => job.status === WAITING || job.status === RUNNING)) setTimeout(follow, EVERY_MS);
}

async function follow() {
  try {
    const answer = await fetch(place.dataset.url);
    if (!answer.ok) throw new Error(String(answer.status));
    draw((await answer.json()).jobs);
  } catch {
    setTimeout(follow, 4 * EVERY_MS); // the server may just be starting anew
  }
}

document.getElementById("preview").addEventListener("click", () => {
  const given = new FormData(form);
  const asked = new URLSearchParams(["region", "area", "source", "purpose", "resident", "period", "lang", "boundaries"].filter((name) => given.get(name)).map((name) => [name, given.get(name)]));
  window.open(`/reports/preview?${asked}`, "_blank", "noopener");
});
draw(JSON.parse(document.getElementById("first-jobs").textContent));
