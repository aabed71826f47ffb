// The work list of findings. Every page of it works without this script; with it a verdict leaves the page where it is, and all of it
// is done by keys: j and k move, Enter explains, a letter of each verdict judges, x ticks, u takes the last act back.
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/object.css";
import "./styles/quality.css";

const STATES: Record<string, string> = { a: "accepted", f: "fixed", w: "wrong_rule", o: "open" };
const MAIN = "main.quality";
const FOLDED = [".overview", ".filterbox", ".own"]; // each as it was opened or closed, while rows come and go below

let busy = false;
const last: Record<string, string> = {}; // the reason that was given last, by verdict
const find = <T extends HTMLElement>(what: string, from: ParentNode = document): T | null => from.querySelector<T>(what);
const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-findings] [data-code]")];
const ticks = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>("[data-tick]")];
const current = (): HTMLElement | undefined => rows().find((row) => row.classList.contains("current"));

function go(row: HTMLElement | undefined): void {
  if (!row) return;
  for (const other of rows()) other.classList.toggle("current", other === row);
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function step(by: number): void {
  const all = rows(), at = all.findIndex((row) => row.classList.contains("current"));
  go(at < 0 ? all[0] : all[Math.min(all.length - 1, Math.max(0, at + by))]);
}

/** Says how many are ticked; what one act does to all of the list leaves no ticks to be told of. */
function count(): void {
  const told = find("[data-ticked]"), some = ticks().filter((tick) => tick.checked).length;
  if (!told) return;
  told.hidden = !some;
  told.textContent = String(some);
}

/** Sends a form where it leads, and takes what comes of it into this page: rows and forms are as the server says they are now. */
async function send(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  if (busy) return;
  busy = true;
  document.body.classList.add("is-busy");
  const all = rows(), row = form.closest<HTMLElement>("[data-code]") ?? current() ?? all[0];
  const here = row ? all.indexOf(row) : -1, after = all.slice(here + 1).map((one) => one.dataset.code!);
  try {
    const told = new FormData(form, button);
    const answer = await fetch(form.getAttribute("action")!, { method: "POST", body: told });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = find(MAIN, page);
    if (!main) return location.reload(); // the log-in has ended, or the form is too old: the page says so
    const opened = FOLDED.map((what) => find<HTMLDetailsElement>(what)?.open), state = told.get("state");
    if (answer.ok && typeof state === "string") last[state] = String(told.get("reason") ?? "");
    document.querySelector(MAIN)!.replaceWith(document.adoptNode(main));
    FOLDED.forEach((what, number) => { if (opened[number] !== undefined) find(what)?.toggleAttribute("open", opened[number]); });
    start();
    const now = rows();
    const of = (code: string | undefined): HTMLElement | undefined => now.find((one) => one.dataset.code === code);
    go(of(row?.dataset.code) ?? after.map(of).find(Boolean) ?? now[now.length - 1]);
    // Why nothing was judged is said beside the form, if that is still there.
    (find("[data-refused]") ?? find("[data-testid=refusal]"))?.scrollIntoView({ block: "nearest" });
  } catch {
    form.submit(); // without this script's help: the browser says what is the matter
  } finally {
    busy = false;
    document.body.classList.remove("is-busy");
  }
}

/** A verdict by its key: at once where it needs no reason, else its field is ready to be typed in. */
function judge(state: string): void {
  const several = ticks().some((tick) => tick.checked) || Boolean(find<HTMLInputElement>("[data-all]:checked"));
  const form = several ? find<HTMLFormElement>("[data-several]") : find<HTMLFormElement>("[data-judge]", current());
  const button = form && find<HTMLButtonElement>(`[name=state][value=${state}]`, form);
  if (!form || !button) return;
  const details = form.closest("details");
  if (!("needs" in button.dataset)) return form.requestSubmit(button);
  if (details) details.open = true;
  const reason = find<HTMLInputElement>("[name=reason]", form)!;
  form.dataset.state = state;
  for (const other of form.querySelectorAll("[name=state]")) other.classList.toggle("primary", other === button);
  if (!reason.value) reason.value = last[state] ?? "";
  reason.focus();
  reason.select();
}

function typed(event: KeyboardEvent, field: HTMLInputElement): void {
  const form = field.form;
  if (event.key === "Escape") {
    event.preventDefault();
    field.blur();
    return go(field.closest<HTMLElement>("[data-code]") ?? current());
  }
  if (event.key !== "Enter" || field.name !== "reason" || !form || event.isComposing) return;
  event.preventDefault(); // by which verdict, the key said that led here; without one a button has to
  const button = form.dataset.state && find<HTMLButtonElement>(`[name=state][value=${form.dataset.state}]`, form);
  if (button) form.requestSubmit(button);
}

document.addEventListener("keydown", (event) => {
  const at = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (at instanceof HTMLInputElement && at.type !== "checkbox") return typed(event, at);
  if (at instanceof HTMLSelectElement) return;
  const row = current();
  const deeds: Record<string, () => void> = {
    j: () => step(1),
    k: () => step(-1),
    x: () => (row ? find<HTMLInputElement>("[data-tick]", row)?.click() : undefined),
    u: () => find<HTMLFormElement>("[data-undo]")?.requestSubmit(),
    Enter: () => {
      const details = row && find<HTMLDetailsElement>("details", row);
      if (details) details.open = !details.open;
    },
  };
  // A link or a button that has the focus is what Enter is for.
  if (event.key === "Enter" && at !== row && at !== document.body) return;
  const deed = deeds[event.key] ?? (STATES[event.key] && find("[data-several]") ? () => judge(STATES[event.key]!) : undefined);
  if (!deed) return;
  event.preventDefault();
  deed();
});
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.method !== "post") return;
  event.preventDefault();
  void send(form, event.submitter);
});
document.addEventListener("change", count);
document.addEventListener("focusin", (event) => {
  const row = (event.target as HTMLElement).closest<HTMLElement>("[data-findings] [data-code]");
  if (row) for (const other of rows()) other.classList.toggle("current", other === row);
});
document.addEventListener("click", (event) => {
  if (!(event.target as HTMLElement).closest("[data-tick-all]")) return;
  const every = ticks().every((tick) => tick.checked);
  for (const tick of ticks()) tick.checked = !every;
  count();
});

function start(): void {
  const all = find("[data-tick-all]");
  if (all) all.hidden = false;
  count();
}
start();
// On a narrow screen the list comes first: the table of divisions and the filters are opened by who wants them.
if (matchMedia("(max-width: 760px)").matches) for (const what of FOLDED) find(what)?.removeAttribute("open");
const named = location.hash && document.getElementById(location.hash.slice(1));
if (named) go(named);
