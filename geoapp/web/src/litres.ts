// What litres are counted in. By itself, so that lists may say it while the modules that write figures are still being read.
export const LITRES_PER_M3 = 1000;
export const LITRES_PER_UNIT = 10_000 * LITRES_PER_M3; // one 万 m³
