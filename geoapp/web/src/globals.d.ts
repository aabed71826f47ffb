declare module "*.css";
/** Every file of src/dict, by the code of its language (see build.mjs). */
declare module "dictionaries" {
  export const dictionaries: Readonly<Record<string, Readonly<Partial<Record<string, string>>>>>;
}
// Single kinds of chart, so that one that is loaded later does not come with the first.
declare module "echarts/lib/chart/*" {
  export const install: (registers: unknown) => void;
}
