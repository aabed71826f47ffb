// The service worker: keeps the page itself, and of what was answered the last that was seen, for who is without a network.
// It keeps what the server calls public, and nothing else: figures and outlines, never what is somebody's or needs a log-in.
//
// The server writes `RELEASE` before this text: which files make up the page. Another release is another text, so that the
// browser installs it beside the old one, which goes as soon as the new one is whole.
import { type Bounded, bounded } from "./bounded";

declare const self: ServiceWorkerGlobalScope & { RELEASE: Release };
interface Release { version: string; shell: string; files: string[]; keep_mb: number }

const { version, shell, files, keep_mb } = self.RELEASE;
const PAGE = `shuitu-page-${version}`, SEEN = "shuitu-seen";
const META = "/api/meta";
const IMMUTABLE = /^\/tiles\/[^/]+\/v[^/]+\/\d+\/\d+\/\d+\.pbf$/;
const NEVER = /^\/(admin|desk|reports|account|audit|record|feeds|ogc|healthz|objects)(\/|$)/;
/** How long a network that gives no answer is waited for, where the store has one. */
const PATIENCE_MS = 8000;
const AGAIN_MS = 4000;
const FROM_STORE = "Shuitu-Seen";
/** What is answered for what was never seen: of a tile that it is not to be had, of a question that it is not to be had now. */
const GONE = 410, NOT_NOW = 503;

const seen: Bounded = bounded(() => caches.open(SEEN), keep_mb * 2 ** 20);

self.addEventListener("install", (event) => event.waitUntil(install()));
async function install(): Promise<void> {
  const page = await caches.open(PAGE);
  // The page around the browser's own store, which may have another release's; its parts are named by what is in them.
  await page.addAll([new Request(shell, { cache: "reload", credentials: "omit" }), ...files]);
  await self.skipWaiting(); // a page that is open has all of its parts by hashed names, which it asks for at the server
}

self.addEventListener("activate", (event) => event.waitUntil(activate()));
async function activate(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith("shuitu-") && name !== PAGE && name !== SEEN);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

// What a page had seen before there was a worker to keep it: it tells the addresses, and the browser has most of them itself.
self.addEventListener("message", (event) => event.waitUntil(keepSeen((event.data as { keep?: string[] }).keep ?? [])));
async function keepSeen(addresses: string[], turns = 3): Promise<void> {
  const left: string[] = [];
  for (const address of addresses) {
    const request = new Request(address);
    if (!isOurs(new URL(request.url)) || (await seen.find(request))) continue;
    const answer = await fetch(request, { cache: "force-cache" }).catch(() => null);
    if (answer?.status === 200 && isPublic(answer)) await seen.put(request, answer);
    else if (!answer || answer.status >= 500) left.push(address); // a server that is busy just now
  }
  if (!left.length || turns < 2) return;
  await new Promise((done) => setTimeout(done, AGAIN_MS));
  return keepSeen(left, turns - 1);
}
const isOurs = (url: URL): boolean => url.origin === location.origin && /^\/(api|tiles)\//.test(url.pathname);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || NEVER.test(url.pathname)) return;
  if (request.mode === "navigate") {
    // In a frame of another page the map is what the network gives.
    if (url.pathname === "/" && url.searchParams.get("embed") !== "1" && request.destination === "document") event.respondWith(opened(request));
  } else if (url.pathname.startsWith("/static/")) event.respondWith(part(request));
  else if (IMMUTABLE.test(url.pathname)) event.respondWith(immutable(event));
  else if (isOurs(url)) event.respondWith(newest(event, url));
});

/** The page: the server's, else as it was kept. */
async function opened(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(PAGE)).match(shell, { ignoreVary: true });
    if (!kept) throw error;
    return kept;
  }
}
/** Its scripts and styles, whose names say what is in them. */
async function part(request: Request): Promise<Response> {
  return (await (await caches.open(PAGE)).match(request, { ignoreVary: true })) ?? fetch(request);
}
async function immutable(event: FetchEvent): Promise<Response> {
  const kept = await seen.find(event.request);
  if (kept) return kept;
  try {
    return keep(event, await fetch(event.request));
  } catch (error) {
    return unseen(error, GONE);
  }
}
/** From the network; what was seen last where there is none, with the time at which it was. */
async function newest(event: FetchEvent, url: URL): Promise<Response> {
  try {
    const answer = await answered(event);
    if (url.pathname === META && answer.ok) await forgetOlder(answer);
    return keep(event, answer);
  } catch (error) {
    const kept = await seen.find(event.request);
    return kept ? fromStore(kept) : unseen(error, url.pathname.startsWith("/tiles/") ? GONE : NOT_NOW);
  }
}
async function answered(event: FetchEvent): Promise<Response> {
  const asked = fetch(event.request);
  const late = new Promise<"late">((done) => setTimeout(() => done("late"), PATIENCE_MS));
  if ((await Promise.race([asked, late])) === "late" && !navigator.onLine) throw new TypeError("no network");
  return asked;
}

/** Figures of several versions are never shown together: with a new one the answers of the old go. */
async function forgetOlder(answer: Response): Promise<void> {
  const before = await seen.find(new Request(META));
  if (before && before.headers.get("ETag") !== answer.headers.get("ETag")) await seen.forget((url) => !IMMUTABLE.test(url.pathname));
}
function keep(event: FetchEvent, answer: Response): Response {
  if (answer.status === 200 && isPublic(answer)) event.waitUntil(seen.put(event.request, answer.clone()));
  return answer;
}
const isPublic = (answer: Response): boolean =>
  answer.type === "basic" && !answer.headers.has("Set-Cookie") && (answer.headers.get("Cache-Control") ?? "").split(",").some((word) => word.trim() === "public");

function fromStore(kept: Response): Response {
  const headers = new Headers(kept.headers);
  headers.set(FROM_STORE, kept.headers.get("Shuitu-At") ?? "");
  return new Response(kept.body, { status: kept.status, headers });
}
/** What was never seen: an answer that says so without a network; with one the page waits for the server as it always does. */
function unseen(error: unknown, status: number): Response {
  if (navigator.onLine) throw error;
  const body = JSON.stringify({ type: "about:blank", title: "not seen", status, unseen: true });
  return new Response(body, { status, headers: { "Content-Type": "application/problem+json", [FROM_STORE]: "" } });
}
