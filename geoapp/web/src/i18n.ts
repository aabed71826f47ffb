// Words of the interface in the language of the state. Words of the domain come with the data (vocab of /api/meta).
import { dictionaries } from "dictionaries";
import type { Lang, Meta, Words } from "./api";
import { type Key, zh } from "./dict/zh";

export type { Key };
/** The first is the language of who asks for none. */
export const LANGUAGES: readonly Lang[] = Object.keys(dictionaries);
export const FIRST: Lang = LANGUAGES[0];
const ENGLISH: Lang = "en"; // whose words stand in for those that a dictionary lacks
let lang: Lang = FIRST;
export const language = (): Lang => lang;
export function setLanguage(next: Lang): void {
  lang = next;
  document.documentElement.lang = said(next, "languageTag");
}
/** The language that the server has written the page in. */
export function pageLanguage(): Lang {
  const tag = document.documentElement.lang;
  return LANGUAGES.find((each) => said(each, "languageTag") === tag) ?? LANGUAGES.find((each) => each === tag.split("-")[0]) ?? FIRST;
}
/** An address of the site as it is answered in the language of the page. */
export const inLanguage = (address: string, of: Lang = lang): string => (of === FIRST ? address : `${address}${address.includes("?") ? "&" : "?"}lang=${of}`);

const found = (of: Lang, key: string): string | undefined => dictionaries[of]?.[key] || dictionaries[ENGLISH][key] || (zh as Record<string, string>)[key];
/** A text in a language, its values filled in. */
export function said(of: Lang, key: Key, values: Record<string, string | number> = {}): string {
  return (found(of, key) ?? key).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
export const t = (key: Key, values: Record<string, string | number> = {}): string => said(lang, key, values);
let own: Record<string, Words> = {};
/** The words that a place has for levels of its own. */
export function setWords(words: Record<string, Words>): void {
  own = words;
}
const worded = (prefix: string, code: string): string | undefined => {
  const texts = prefix === "level" || prefix === "levelShort" ? own[`level.${code}`] : undefined;
  return texts && words(texts);
};
/** A key made of parts, for vocabularies of the page itself; the text of the last part when there is no such key. */
export const tk = (prefix: string, code: string): string => worded(prefix, code) ?? found(lang, `${prefix}_${code}`) ?? code;
/** Several words one after the other, as the language separates them. */
export const listed = (words: readonly string[]): string => words.join(t("and"));
export const words = (texts: Words): string => String(texts[lang] || texts[ENGLISH] || texts[FIRST]);

const index = new WeakMap<Meta, Map<string, Words>>();
/** A term of the data's vocabulary, by vocabulary and code; the code itself when it is unknown. */
export function term(meta: Meta, vocab: string, code: string): string {
  let terms = index.get(meta);
  if (!terms) {
    terms = new Map(Object.entries(meta.vocab).flatMap(([name, list]) => list.map((each) => [`${name}/${each.code}`, each] as const)));
    index.set(meta, terms);
  }
  const known = terms.get(`${vocab}/${code}`);
  return known ? words(known) : code;
}
