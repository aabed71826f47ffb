// While the server or its database is away: what was asked waits, one small question asks whether it is back, and then
// everything that waited is asked again. Nothing on the page has to be reloaded.
import { t } from "./i18n";

const LONGEST_S = 30;
const STATUSES = new Set([502, 503, 504]);
const CALM_MS = 1500;
const HEALTH = "/healthz/database";

let waiters: (() => void)[] = [];
let pauses = 0; // since something was last answered
let timer = 0;
let resting = 0;
const hearers = new Set<(status: number) => void>();
let lastKind: Kind = "waitingDatabase";
type Kind = "waitingDatabase" | "waitingServer";

/** Whether asking the same again will succeed: no answer, or one that says when. A question that takes too long says no time. */
export const isAway = (status: number, retryAfter: string | null): boolean => status === 0 || status === 502 || status === 504 || (status === 503 && retryAfter !== null);
/** Of a tile, of which MapLibre tells the status alone, or nothing when no answer came. */
export const isTileAway = (error: { name?: string; message?: string; status?: number } | undefined): boolean =>
  error !== undefined && (error.status ? STATUSES.has(error.status) : error.name === "TypeError" || /failed to fetch|networkerror|load failed/i.test(error.message ?? ""));

/** Wait until it is worth asking again. `retryAfter` is in seconds, as the server said it. */
export function untilBack(status: number, retryAfter: string | null, signal?: AbortSignal): Promise<void> {
  lastKind = status === 0 ? "waitingServer" : "waitingDatabase";
  for (const hear of hearers) hear(status);
  return new Promise((resolve, reject) => {
    const gone = () => { waiters = waiters.filter((each) => each !== resolve); if (!waiters.length) hide(); reject(new DOMException("", "AbortError")); };
    if (signal?.aborted) return gone();
    signal?.addEventListener("abort", gone, { once: true });
    waiters.push(resolve);
    show();
    plan(Number(retryAfter) || 0);
  });
}
/** Hear of everything that begins to wait, with the status it was answered; → stop hearing. */
export function hearWaits(hear: (status: number) => void): () => void {
  hearers.add(hear);
  return () => hearers.delete(hear);
}
/** Look now, without the rest of the pause. */
export const lookNow = (): void => void look();

/** The pause doubles from one second to half a minute; a part of it is chance, so that a hundred pages do not come back at once. */
function plan(least: number): void {
  if (timer) return;
  const pause = Math.min(LONGEST_S, 2 ** pauses++);
  const seconds = Math.max(Math.min(least, LONGEST_S), pause) * (0.75 + Math.random() / 2);
  timer = window.setTimeout(() => void look(), seconds * 1000);
}
async function look(): Promise<void> {
  clearTimeout(timer);
  timer = 0;
  let status = 0;
  let retryAfter: string | null = null;
  try {
    const response = await fetch(HEALTH, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
    status = response.status;
    retryAfter = response.headers.get("Retry-After");
    await response.text();
  } catch { /* no answer */ }
  if (!waiters.length) return hide();
  if (isAway(status, retryAfter)) {
    lastKind = status === 0 ? "waitingServer" : "waitingDatabase";
    show();
    return plan(Number(retryAfter) || 0);
  }
  const now = waiters;
  waiters = [];
  for (const resolve of now) resolve();
  // Who asks again may have to wait again: the line goes, and the pauses begin anew, when a moment has passed without.
  clearTimeout(resting);
  resting = window.setTimeout(() => { if (!waiters.length) { pauses = 0; hide(); } }, CALM_MS);
}
addEventListener("online", () => { if (waiters.length) void look(); });

function show(): void {
  const place = document.getElementById("waiting");
  if (!place) return;
  const text = t(lastKind);
  place.removeAttribute("lang");
  if (place.textContent !== text) place.textContent = text;
  place.hidden = false;
}
function hide(): void {
  const place = document.getElementById("waiting");
  if (place) place.hidden = true;
}
