// Tiles and sources' descriptions that did not come: told until they have, and asked for again by whoever reads that.
import type { Map as GlMap, MapSourceDataEvent, VectorTileSource } from "maplibre-gl";
import type { Context } from "../context";
import { isTileAway, untilBack } from "../outage";

interface TileName { x: number; y: number; z: number }
/** What MapLibre tells of something that did not come; without a tile it is a source's description. */
export interface TileFailure { error?: Error & { status?: number }; sourceId?: string; tile?: { tileID: { canonical: TileName } } }

const nameOf = (tile: TileName): string => `${tile.z}/${tile.x}/${tile.y}`;

export class LostTiles {
  /** By source, by name; a source whose description is missing has an entry without tiles. */
  private lost = new Map<string, Map<string, TileName>>();
  private told = false;
  private back?: Promise<void>;
  private backAt = 0;
  private turns = 0;

  constructor(private readonly map: GlMap, private readonly context: Context) {
    map.on("error", (event) => this.failed(event as unknown as TileFailure));
    map.on("sourcedata", (event) => this.came(event));
    map.on("idle", () => this.look());
  }

  private failed({ error, sourceId, tile }: TileFailure): void {
    if (error?.name === "AbortError") return;
    if (sourceId) {
      const tiles = this.lost.get(sourceId) ?? new Map<string, TileName>();
      if (tile) tiles.set(nameOf(tile.tileID.canonical), tile.tileID.canonical);
      this.lost.set(sourceId, tiles);
    }
    if (sourceId && isTileAway(error) && (this.back || this.mayWait())) {
      // A burst of tiles waits as one, and comes back as one.
      this.back ??= untilBack(error?.status ?? 0, null).then(() => {
        this.back = undefined;
        this.backAt = Date.now();
        this.askAgain();
      });
      return;
    }
    console.error(error?.message ?? error);
    if (!sourceId) return;
    this.told = true;
    this.context.emit("tiles", { lost: true, retry: () => this.askAgain() });
  }
  /** A tile that fails again each time the database is back is one that takes too long: that is told instead. */
  private mayWait(): boolean {
    this.turns = Date.now() - this.backAt < 20_000 ? this.turns + 1 : 0;
    return this.turns < 3;
  }

  private came(event: MapSourceDataEvent): void {
    const tiles = this.lost.get(event.sourceId);
    if (!tiles) return;
    if (event.tile?.state === "loaded") tiles.delete(nameOf(event.tile.tileID.canonical));
    if (!tiles.size && (event.tile || event.sourceDataType === "metadata")) this.lost.delete(event.sourceId);
  }
  /** Once the map rests: whether all of it is there that can be seen. What was lost and left behind is asked for when it is seen again. */
  private look(): void {
    if (this.back) return;
    for (const [id, tiles] of this.lost) {
      const source = this.map.getSource(id) as { vectorLayerIds?: string[] } | undefined;
      if (source && (source.vectorLayerIds === undefined || tiles.size)) return;
    }
    this.lost.clear();
    if (!this.told) return;
    this.told = false;
    this.context.emit("tiles", { lost: false });
  }

  /** Ask again for what did not come: the tiles of a source, or its description when not even that did. */
  private askAgain(): void {
    for (const [id, tiles] of this.lost) {
      const source = this.map.getSource(id) as (VectorTileSource & { vectorLayerIds?: string[] }) | undefined;
      if (!source) continue;
      if (source.vectorLayerIds === undefined && source.url) source.setUrl(source.url);
      // By name: of all tiles at once, those that failed would wait for themselves (MapLibre 6.17, `loadTile` of "loading").
      else this.map.refreshTiles(id, [...tiles.values()]);
    }
  }
}
