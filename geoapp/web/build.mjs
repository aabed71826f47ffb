// Builds the page into static/web. Entry names are stable (Django's manifest storage hashes them);
// chunks and the map's worker carry esbuild's own content hash, because they are found by relative URL.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const outdir = process.env.SHUITU_PAGE_OUT ?? path.join(here, "static", "web");
const watch = process.argv.includes("--watch");
// The page has a dictionary for each language: whatever lies in src/dict, the first language before the others.
const FIRST = "zh";
const dictionaries = {
  name: "dictionaries",
  setup(build) {
    const folder = process.env.SHUITU_DICTIONARIES ?? path.join(here, "src", "dict");
    build.onResolve({ filter: /^dictionaries$/ }, () => ({ path: "dictionaries", namespace: "dictionaries" }));
    build.onLoad({ filter: /.*/, namespace: "dictionaries" }, async () => {
      const codes = (await readdir(folder)).filter((name) => name.endsWith(".ts")).map((name) => name.slice(0, -3));
      codes.sort((a, b) => Number(b === FIRST) - Number(a === FIRST) || a.localeCompare(b));
      const taken = codes.map((code) => `import { ${code} } from "./${code}";`);
      return { contents: [...taken, `export const dictionaries = { ${codes.join(", ")} };`].join("\n"), resolveDir: folder };
    });
  },
};
const common = {
  plugins: [dictionaries],
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  minify: !watch,
  target: ["es2022"],
  outdir,
  legalComments: "linked",
  logLevel: "warning",
  metafile: true,
  charset: "utf8",
};

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
await cp(path.join(here, "src", "assets"), outdir, { recursive: true });

// Leaflet is in no page: reports write it into the map files that work without a network.
const leaflet = path.join(here, "node_modules", "leaflet", "dist");
for (const name of ["leaflet.css", "images"]) await cp(path.join(leaflet, name), path.join(outdir, "leaflet", name), { recursive: true });
const script = await readFile(path.join(leaflet, "leaflet.js"), "utf8");
await writeFile(path.join(outdir, "leaflet", "leaflet.js"), script.replace(/\/\/# sourceMappingURL=.*/, ""));

// MapLibre's worker is a file of its own: its hashed name is handed to the page as a constant.
const worker = await esbuild.build({
  ...common,
  entryPoints: { worker: "maplibre-gl/dist/maplibre-gl-worker.mjs" },
  entryNames: "[name]-[hash]",
});
const workerFile = Object.keys(worker.metafile.outputs).find((name) => name.endsWith(".js"));

const options = {
  ...common,
  entryPoints: { app: "src/main.ts", object: "src/object.ts", desktop: "src/desktop.ts", "admin-map": "src/admin-map.ts", desk: "src/desk.ts", "desk-map": "src/desk-map.ts", quality: "src/quality.ts" },
  splitting: true,
  chunkNames: "chunk-[hash]",
  define: { WORKER_FILE: JSON.stringify(`./${path.basename(workerFile)}`) },
};
if (watch) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  const result = await esbuild.build(options);
  await writeFile(path.join(outdir, "preload.json"), JSON.stringify(chunksOf(result.metafile.outputs)));
  await writeFile(path.join(outdir, "offline.json"), JSON.stringify([path.basename(workerFile), ...partsOf("app", result.metafile.outputs)]));
  // The service worker is no module: the server writes before it which files the page is made of (`geoapp/web/offline.py`).
  await esbuild.build({ ...common, entryPoints: { offline: "src/offline/worker.ts" }, format: "iife", metafile: false });
  const outputs = { ...worker.metafile.outputs, ...result.metafile.outputs };
  for (const [name, { bytes }] of Object.entries(outputs)) {
    if (/\.(js|css)$/.test(name)) console.log(`${path.basename(name).padEnd(24)} ${(bytes / 1024).toFixed(0)} kB`);
  }
}

/** All scripts that an entry imports, at once or later. */
function partsOf(entry, outputs) {
  const found = new Set();
  const follow = (name) => {
    for (const { path: part } of outputs[name].imports) {
      if (found.has(part) || !outputs[part]) continue;
      found.add(part);
      follow(part);
    }
  };
  follow(Object.keys(outputs).find((name) => path.basename(name) === `${entry}.js`));
  return [...found].map((part) => path.basename(part)).sort();
}
/** Chunks each entry imports at once: the templates ask for them beside the entry, not after it. */
function chunksOf(outputs) {
  const follow = (name, found = new Set()) => {
    for (const { path: chunk, kind } of outputs[name].imports) {
      if (kind !== "import-statement" || found.has(chunk)) continue;
      found.add(chunk);
      follow(chunk, found);
    }
    return [...found].map((chunk) => path.basename(chunk));
  };
  const entries = Object.keys(outputs).filter((name) => outputs[name].entryPoint && /(app|object)\.js$/.test(name));
  return Object.fromEntries(entries.map((name) => [path.basename(name, ".js"), follow(name)]));
}
