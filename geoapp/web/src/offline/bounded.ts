// A store of answers that stays below a size: what was not looked at for longest goes first.

export interface Bounded {
  find(request: Request): Promise<Response | undefined>;
  put(request: Request, answer: Response): Promise<void>;
  /** Drop what is at addresses that are meant. */
  forget(isMeant: (url: URL) => boolean): Promise<void>;
}
/** When an answer came, and how many bytes it takes: written beside it. */
const AT = "Shuitu-At", BYTES = "Shuitu-Bytes";
/** After so long a look at what is there makes it young again: a write for each would be many. */
const YOUNG_MS = 10 * 60_000;
const ROOM = 0.9; // what is left when something had to go

export function bounded(open: () => Promise<Cache>, most: number): Bounded {
  let total: Promise<number> | null = null;
  // The store lists its entries in the order in which they were put: the first are the oldest.
  const measured = async (cache: Cache): Promise<number> => {
    const sizes = await Promise.all((await cache.keys()).map(async (key) => sizeOf(await cache.match(key, { ignoreVary: true }))));
    return sizes.reduce((sum, size) => sum + size, 0);
  };
  const sizeOf = (answer: Response | undefined): number => Number(answer?.headers.get(BYTES) ?? 0);

  async function write(cache: Cache, request: Request, body: ArrayBuffer, headers: Headers): Promise<void> {
    const before = sizeOf(await cache.match(request, { ignoreVary: true }));
    if (before) await cache.delete(request, { ignoreVary: true }); // so that it stands last
    await cache.put(request, new Response(body, { status: 200, headers }));
    total = Promise.resolve((await (total ?? measured(cache))) + Number(headers.get(BYTES)) - before);
    if ((await total) > most) await makeRoom(cache);
  }
  async function makeRoom(cache: Cache): Promise<void> {
    let size = await measured(cache);
    for (const key of await cache.keys()) {
      if (size <= most * ROOM) break;
      size -= sizeOf(await cache.match(key, { ignoreVary: true }));
      await cache.delete(key, { ignoreVary: true });
    }
    total = Promise.resolve(size);
  }
  return {
    async find(request) {
      const cache = await open();
      const found = await cache.match(request, { ignoreVary: true });
      if (found && Date.now() - Date.parse(found.headers.get("Shuitu-Looked") ?? found.headers.get(AT) ?? "") > YOUNG_MS) {
        const headers = new Headers(found.headers);
        headers.set("Shuitu-Looked", new Date().toISOString());
        await write(cache, request, await found.clone().arrayBuffer(), headers).catch(() => undefined);
      }
      return found;
    },
    async put(request, answer) {
      const body = await answer.arrayBuffer();
      if (body.byteLength > most / 4) return;
      const headers = new Headers(answer.headers);
      headers.delete("Content-Encoding"); // the body is unpacked
      headers.set(AT, new Date().toISOString());
      headers.set(BYTES, String(body.byteLength + 1024));
      await write(await open(), request, body, headers).catch(() => undefined); // a full disk keeps nothing
    },
    async forget(isMeant) {
      const cache = await open();
      for (const key of await cache.keys()) if (isMeant(new URL(key.url))) await cache.delete(key, { ignoreVary: true });
      total = null;
    },
  };
}
