declare module "*.css";
/** Every file of src/dict, by the code of its language (see build.mjs). */
declare module "dictionaries" {
  export const dictionaries: Readonly<Record<string, Readonly<Partial<Record<string, string>>>>>;
}
