// What a PNG says of itself beside its pixels: texts (iTXt) and how large it is on paper (pHYs). PNG specification, 3rd edition, 11.3.
const SIGNATURE_AND_HEADER = 8 + 25;
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let rest = n;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest >>> 0;
});
function crc(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) rest = TABLE[(rest ^ byte) & 255] ^ (rest >>> 8);
  return (rest ^ 0xffffffff) >>> 0;
}
function chunk(type: string, data: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(12 + data.length);
  const view = new DataView(whole.buffer);
  view.setUint32(0, data.length);
  whole.set(new TextEncoder().encode(type), 4);
  whole.set(data, 8);
  view.setUint32(8 + data.length, crc(whole.subarray(4, 8 + data.length)));
  return whole;
}
/** Keyword, not compressed, no language, no translation, then the text in UTF-8. */
const text = (keyword: string, said: string): Uint8Array<ArrayBuffer> => chunk("iTXt", new TextEncoder().encode(`${keyword}\0\0\0\0\0${said}`) as Uint8Array<ArrayBuffer>);
function dots(dpi: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(9);
  const perMetre = Math.round(dpi / 0.0254);
  new DataView(data.buffer).setUint32(0, perMetre);
  new DataView(data.buffer).setUint32(4, perMetre);
  data[8] = 1;
  return chunk("pHYs", data);
}

export async function withTexts(png: Blob, texts: Record<string, string>, dpi?: number): Promise<Blob> {
  const start = png.slice(0, SIGNATURE_AND_HEADER);
  const more = [...(dpi ? [dots(dpi)] : []), ...Object.entries(texts).filter(([, said]) => said).map(([keyword, said]) => text(keyword, said))];
  return new Blob([start, ...more, png.slice(SIGNATURE_AND_HEADER)], { type: "image/png" });
}
