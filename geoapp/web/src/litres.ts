// What litres are counted in. By itself, so that lists may say it while the modules that write figures are still being read.
export const LITRES_PER_M3 = 1000;
