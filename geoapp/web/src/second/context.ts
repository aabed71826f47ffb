// The second of two linked maps as its parts see it: the page's state with a period and a measure of its own. What the same parts read
// of the first map they read of it here, so that none of them knows which map it belongs to.
import type { Scale } from "../classes";
import { Context } from "../context";
import { areLike } from "../periods";
import type { Listener, Second, State, Stateful } from "../state";

const OWN = ["period", "measure", "versus"] as const;

class SecondStore implements Stateful {
  private own: Second;
  private readonly leave: (() => void)[] = [];
  constructor(private readonly first: Stateful) {
    this.own = first.state.second!;
  }
  get state(): State {
    this.own = this.first.state.second ?? this.own; // it is asked once more while it is being closed
    return { ...this.first.state, ...this.own };
  }
  get defaultPeriod(): string {
    return this.first.defaultPeriod;
  }
  /** What is chosen on the second map is chosen on both. */
  set(patch: Partial<State>): void {
    this.first.set(patch);
  }
  subscribe(hear: Listener): () => void {
    let before = this.state;
    const off = this.first.subscribe((_, all, cause) => {
      const now = this.state;
      const changed = new Set([...all].filter((key) => key !== "second" && !(OWN as readonly string[]).includes(key)));
      for (const key of OWN) if (now[key] !== before[key]) changed.add(key);
      before = now;
      if (changed.size) hear(now, changed, cause);
    });
    this.leave.push(off);
    return off;
  }
  close(): void {
    for (const off of this.leave) off();
  }
}

export class SecondContext extends Context {
  constructor(private readonly leading: Context, marks: DOMStringMap) {
    super(new SecondStore(leading.store), leading.meta, leading.data, marks);
    this.level = leading.level;
  }
  /** Whether a colour can mean one amount in both maps: one measure, of periods that are as long as each other. */
  get together(): boolean {
    const [one, other] = [this.leading.state, this.state];
    return one.measure === other.measure && areLike(one.period, other.period);
  }
  given(of: "regions" | "cells"): Scale | null {
    const { shown, cells } = this.leading;
    const theirs = of === "cells" ? cells && { measure: cells.measure, scale: cells.scale } : shown && { measure: shown.measure, scale: shown.picture.scale };
    return this.together && theirs?.measure === this.state.measure ? theirs.scale : null;
  }
  protected speak(): void {
    // All figures are told in the units of the first map, so that they can be compared.
  }
  close(): void {
    (this.store as SecondStore).close();
  }
}
