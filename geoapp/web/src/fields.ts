// Values of an object's fields as they are read: terms by vocabulary, numbers with their unit.
import type { FieldInfo, Meta, ObjectFeature } from "./api";
import { FIRST, language, t, term } from "./i18n";

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** The text of a value; "" when it is not registered. */
export function fieldText(meta: Meta, field: FieldInfo, value: unknown): string {
  if (value === null || value === undefined || value === "") return "";
  if (field.vocab) return term(meta, field.vocab, String(value));
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (field.kind === "number" || field.kind === "integer") {
    const number = Number(value);
    if (!Number.isFinite(number)) return String(value);
    if (field.unit === "m²") return `${NUMBER.format(number / 1e6)} km²`;
    if (!field.unit) return String(value); // a year is not 2,019
    return `${NUMBER.format(number)} ${field.unit}`;
  }
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "object") {
    const pair = value as Record<string, unknown>;
    return [pair.name, pair.code].filter(Boolean).join(" · ") || JSON.stringify(value);
  }
  return String(value);
}

/** A division is told by name as well as by code, where the links name it. */
export function regionText(meta: Meta, links: ObjectFeature["links"], code: string): string {
  const named = Object.values(links ?? {}).flat().find((each) => each?.code === code);
  return named?.name ? `${regionName(meta, code, named.name)} · ${code}` : code;
}
/** A division's name in the language of the page, where it has one. */
export const regionName = (meta: Meta, code: string, name: string): string => (language() !== FIRST && meta.names_en?.[code]) || name;
