// Words of the interface in the language of the state. Words of the domain come with the data (vocab of /api/meta).
import type { Lang, Meta, Words } from "./api";
import { en } from "./dict/en";
import { type Key, zh } from "./dict/zh";

export type { Key };
let lang: Lang = "zh";
export const language = (): Lang => lang;
export function setLanguage(next: Lang): void {
  lang = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
}
export function t(key: Key, values: Record<string, string | number> = {}): string {
  const words = (lang === "zh" ? zh : en)[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
/** A key made of parts, for vocabularies of the page itself; the text of the last part when there is no such key. */
export const tk = (prefix: string, code: string): string => ((lang === "zh" ? zh : en) as Record<string, string>)[`${prefix}_${code}`] ?? code;
export const words = (pair: Words): string => pair[lang] || pair.zh;

const index = new WeakMap<Meta, Map<string, Words>>();
/** A term of the data's vocabulary, by vocabulary and code; the code itself when it is unknown. */
export function term(meta: Meta, vocab: string, code: string): string {
  let terms = index.get(meta);
  if (!terms) {
    terms = new Map(Object.entries(meta.vocab).flatMap(([name, list]) => list.map((each) => [`${name}/${each.code}`, each] as const)));
    index.set(meta, terms);
  }
  const found = terms.get(`${vocab}/${code}`);
  return found ? words(found) : code;
}
