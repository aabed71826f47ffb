// The series the map and the drawer read, asked for once per question and kept.
import { classesUrl, type Filters, getJson, type LayerInfo, type Level, type RegionDetail, regionUrl, type Series, seriesUrl } from "./api";
import { kindOf, shift } from "./periods";

const KEEP = 24;
/** Above this many months the village matrix is asked for two years at a time, to stay small. */
const LONG = 24;

export class Data {
  private kept = new Map<string, Promise<unknown>>();
  private ready = new Map<string, unknown>();
  /** Of the ``first`` level the series is asked for without its name, as the page's head has asked already. */
  constructor(readonly months: readonly string[], private readonly first: Level) {}

  /** The months a series is asked for: all of them, or the period's year and the year before when all would be heavy. */
  span(level: Level, period: string): [string, string] | undefined {
    if (level !== "village" || this.months.length <= LONG || kindOf(period) === "range") return undefined;
    const year = period.slice(0, 4);
    const from = shift(`${year}-01`, -12);
    return [from < this.months[0] ? this.months[0] : from, this.months.filter((month) => month.startsWith(year)).at(-1)!];
  }
  series(level: Level, period: string, filters: Filters, parent?: string): Promise<Series> {
    const url = this.url(level, filters, this.span(level, period), parent);
    if (!this.isPart(period)) return this.ask(url) as Promise<Series>;
    // A range that is not the whole has classes of its own: they come from a series of just that range.
    return this.keep(this.partKey(url, period), async () => {
      const part = this.url(level, filters, period.split("..") as [string, string], parent);
      const [whole, range] = (await Promise.all([this.ask(url), this.ask(part)])) as [Series, Series];
      return { ...whole, classes: range.classes };
    }) as Promise<Series>;
  }
  /** Classes of a level that are cut in another way than the series' own. */
  classes(level: Level, period: string, filters: Filters, method: string, k: number): Promise<Pick<Series, "classes">> {
    return this.ask(this.classesUrl(level, period, filters, method, k)) as Promise<Series>;
  }
  classesNow(level: Level, period: string, filters: Filters, method: string, k: number): Pick<Series, "classes"> | undefined {
    return this.ready.get(this.classesUrl(level, period, filters, method, k)) as Series | undefined;
  }
  private classesUrl(level: Level, period: string, filters: Filters, method: string, k: number): string {
    const span = this.isPart(period) ? (period.split("..") as [string, string]) : this.span(level, period);
    return classesUrl(level, filters, span, method, k);
  }
  /** The same series if it is already here. */
  seriesNow(level: Level, period: string, filters: Filters, parent?: string): Series | undefined {
    const url = this.url(level, filters, this.span(level, period), parent);
    return this.ready.get(this.isPart(period) ? this.partKey(url, period) : url) as Series | undefined;
  }
  private url(level: Level, filters: Filters, span?: [string, string], parent?: string): string {
    return seriesUrl(level === this.first && !parent ? "" : level, filters, span, parent);
  }
  private isPart(period: string): boolean {
    return kindOf(period) === "range" && period !== `${this.months[0]}..${this.months[this.months.length - 1]}`;
  }
  private partKey = (url: string, period: string): string => `${url}#${period}`;
  region(code: string, period: string, filters: Filters): Promise<RegionDetail> {
    return this.ask(regionUrl(code, period, filters)) as Promise<RegionDetail>;
  }
  regionNow(code: string, period: string, filters: Filters): RegionDetail | undefined {
    return this.ready.get(regionUrl(code, period, filters)) as RegionDetail | undefined;
  }

  /** Any answer, asked for once. */
  get<T>(url: string): Promise<T> {
    return this.ask(url) as Promise<T>;
  }
  now<T>(url: string): T | undefined {
    return this.ready.get(url) as T | undefined;
  }

  /** How many objects of a layer pass its filters. */
  async count(layer: LayerInfo, filter: string): Promise<number> {
    const answer = (await this.ask(`${layer.features}${filter}${filter ? "&" : "?"}limit=1&fields=code`)) as { count: number };
    return answer.count;
  }

  private ask(url: string): Promise<unknown> {
    return this.keep(url, () => getJson(url));
  }
  private keep(url: string, get: () => Promise<unknown>): Promise<unknown> {
    const known = this.kept.get(url);
    if (known) {
      this.kept.delete(url); // to the young end: the oldest answers leave first
      this.kept.set(url, known);
      return known;
    }
    const asked = get().then((answer) => {
      this.ready.set(url, answer);
      return answer;
    });
    this.kept.set(url, asked);
    asked.catch(() => this.forget(url)); // a failed question may be asked again
    for (const old of this.kept.keys()) {
      if (this.kept.size <= KEEP) break;
      this.forget(old);
    }
    return asked;
  }
  private forget(url: string): void {
    this.kept.delete(url);
    this.ready.delete(url);
  }
}
