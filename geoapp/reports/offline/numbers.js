// Figures as paper has them (geoapp/reports/figures.py): the same litres are the same text there and here.

// As Python writes a number: what lies just between two goes to the even one.
function fixed(value, digits) {
  const power = 10 ** digits;
  const between = Number.isInteger(value * 2 ** (digits + 1)) && Math.abs((value * power) % 1) === 0.5;
  const text = (between ? (2 * Math.round((value * power) / 2)) / power : value).toFixed(digits);
  const [whole, part] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return (part ? `${grouped}.${part}` : grouped).replace("-", "−");
}

function volumeText(litres, { name, per, least, small, nought }) {
  if (litres === 0) return nought;
  const large = Math.abs(litres / per);
  if (large >= least) return `${fixed(litres / per, large >= 100 ? 1 : large >= 1 ? 2 : 3)} ${name}`;
  const m3 = litres / small.per;
  return `${fixed(m3, Math.abs(m3) < 10 ? 1 : 0)} ${small.name}`;
}

// What is not the whole never reads 100 %, what is something never 0 %.
function percentText(fraction) {
  if (fraction !== 0 && Math.abs(fraction) < 0.0005) return fraction < 0 ? ">−0.1%" : "<0.1%";
  if (fraction < 1 && fraction > 1 - 0.0005) return ">99.9%";
  return `${fixed(fraction * 100, 1)}%`;
}
