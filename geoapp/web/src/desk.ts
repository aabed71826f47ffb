// The clerk's desk. Every page of it works without this script; with it a file can be dropped, its way up is seen, and a job
// is followed until it is done.
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/object.css";
import "./styles/desk.css";

const EVERY_MS = 700;
const AWAY_MS = 4000; // the server may just be starting anew
interface Progress { state: string; busy: boolean; told: string; problems: boolean }

const find = <T extends HTMLElement>(from: ParentNode, what: string): T => from.querySelector<T>(what)!;

/** The first problems of a file, as its page has them, while it is still being checked. */
async function showProblems(place: HTMLElement): Promise<void> {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const found = page.getElementById("faults");
  if (found) place.after(document.adoptNode(found));
}

/** Asks how far a job is until its worker has left it; then the page is what came of it. */
async function follow(place: HTMLElement): Promise<void> {
  const told = find(place, "[data-told]");
  const before = place.dataset.state;
  for (;;) {
    await new Promise((done) => setTimeout(done, EVERY_MS));
    if (document.hidden) continue;
    try {
      const answer = await fetch(place.dataset.follow!, { headers: { Accept: "application/json" } });
      if (answer.redirected || answer.status === 403 || answer.status === 404) return location.reload();
      const progress = (await answer.json()) as Progress;
      told.textContent = progress.told;
      if (progress.problems && place.dataset.reload !== undefined && !document.getElementById("faults")) await showProblems(place);
      if (progress.busy) continue;
      if (place.dataset.reload !== undefined) return location.reload();
      place.classList.replace(before!, progress.state);
      place.dataset.state = progress.state;
      return;
    } catch {
      await new Promise((done) => setTimeout(done, AWAY_MS));
    }
  }
}

/** One click is one request; back from the browser's memory a form is ready again. */
function once(form: HTMLFormElement): void {
  form.addEventListener("submit", (event) => {
    if (form.classList.contains("is-busy")) event.preventDefault();
    form.classList.add("is-busy");
  });
}

function say(form: HTMLFormElement, error: string): void {
  const place = find(form, "[data-error]");
  place.textContent = error;
  place.hidden = !error;
}

/** Sends the form and tells how much of it is on its way. The page that follows is the one the server names. */
function send(form: HTMLFormElement): void {
  const busy = find(form, "[data-busy]"), bar = find<HTMLProgressElement>(form, "[data-bar]"), said = find(form, "[data-said]");
  const request = new XMLHttpRequest();
  const stop = (error: string): void => {
    form.classList.remove("is-busy");
    busy.hidden = true;
    say(form, error);
  };
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = (100 * event.loaded) / event.total;
    said.textContent = event.loaded < event.total ? `${form.dataset.sending} ${Math.floor(bar.value)}%` : form.dataset.waiting!;
    if (event.loaded >= event.total) bar.removeAttribute("value");
  });
  request.addEventListener("load", () => {
    const answer = request.response as { url?: string; error?: string } | null;
    if (answer?.url) location.assign(answer.url);
    else stop(answer?.error ?? form.dataset.broken!);
  });
  request.addEventListener("error", () => stop(form.dataset.broken!));
  say(form, "");
  busy.hidden = false;
  said.textContent = form.dataset.sending!;
  request.send(new FormData(form));
}

function upload(form: HTMLFormElement): void {
  const input = find<HTMLInputElement>(form, "[type=file]"), drop = find(form, "[data-drop]"), chosen = find(form, "[data-chosen]");
  const target = find<HTMLSelectElement>(form, "[name=target]");
  const asked = chosen.textContent!;
  const REGIONS = ["region", "district", "township", "village"];
  const show = (): void => {
    const file = input.files?.[0];
    const large = (file?.size ?? 0) > Number(form.dataset.max);
    chosen.textContent = file?.name ?? asked;
    drop.classList.toggle("has-file", Boolean(file));
    input.setCustomValidity(large ? form.dataset.tooLarge! : "");
    if (large) input.reportValidity();
  };
  const narrow = (): void => {
    const dated = form.dataset.datedTargets!.split(" ").includes(target.value);
    for (const one of form.querySelectorAll<HTMLElement>("[data-dated]")) one.hidden = target.value !== "" && !dated;
    for (const one of form.querySelectorAll<HTMLElement>("[data-region]")) one.hidden = target.value !== "" && !REGIONS.includes(target.value);
    for (const one of document.querySelectorAll<HTMLElement>(".columns-of")) {
      one.hidden = target.value !== "" && one.dataset.target !== target.value;
      one.querySelector("details")!.open = one.dataset.target === target.value;
    }
  };
  for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!event.dataTransfer?.files.length) return;
    input.files = event.dataTransfer.files;
    show();
  });
  input.addEventListener("change", show);
  target.addEventListener("change", narrow);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.classList.contains("is-busy")) return;
    form.classList.add("is-busy");
    send(form);
  });
  show();
  narrow();
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-upload]")) upload(form);
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-once]")) once(form);
for (const place of document.querySelectorAll<HTMLElement>("[data-follow]")) void follow(place);
addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form.is-busy")) form.classList.remove("is-busy"); });
