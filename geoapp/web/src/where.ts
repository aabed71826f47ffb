// Filters of facility layers by attribute, as one text in the state: "well.use:supply+irrigation;well.metering:none".
// They are handed to tiles and counts as the API's own parameters (use=supply,irrigation).
import { type FieldInfo, type LayerInfo, query } from "./api";

type Where = Map<string, string[]>; // "layer.field" → codes
export const WHERE = /^([a-z_]+\.[a-z_]+:[a-z_+]+;?)*$/;

function read(text: string): Where {
  const pairs = text.split(";").filter(Boolean).map((part) => part.split(":"));
  return new Map(pairs.map(([key, codes]) => [key, codes.split("+")]));
}
function write(where: Where): string {
  return [...where].filter(([, codes]) => codes.length).map(([key, codes]) => `${key}:${codes.join("+")}`).join(";");
}

/** Codes chosen of a field; none means all. */
export const chosen = (text: string, layer: string, field: string): string[] => read(text).get(`${layer}.${field}`) ?? [];
export const choose = (text: string, layer: string, field: string, codes: string[]): string => write(read(text).set(`${layer}.${field}`, codes));

/** The query string of a layer's filters, "" when it has none. */
export function layerQuery(text: string, layer: string): string {
  const own = [...read(text)].filter(([key]) => key.startsWith(`${layer}.`)).map(([key, codes]) => [key.split(".")[1], codes]);
  return query(Object.fromEntries(own) as Record<string, string[]>);
}

// A layer is of one kind already, the quality of positions is the same for a whole demo, and rules are dozens: the work list asks for one.
const NOT_ASKED = new Set(["kind", "position_quality", "boundary_quality", "level", "rule"]);
/** Fields of a layer whose terms can be chosen from. */
export const askable = (layer: LayerInfo): FieldInfo[] => layer.fields.filter((field) => field.filter && field.vocab && !NOT_ASKED.has(field.name));
