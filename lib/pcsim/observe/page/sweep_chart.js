// A line chart of a measure: a line for each value of one setting against another, with bands of confidence.

// Of any number of numbers, which Math.min and Math.max cannot take.
const least = (numbers) => numbers.reduce((a, b) => Math.min(a, b), Infinity);
const most = (numbers) => numbers.reduce((a, b) => Math.max(a, b), -Infinity);

const textWidth = (text) => 6.3 * text.length + 2;  // of the font in charts, about

// The colour of a line: blue for the only one, and hues in the order of the values for several.
const seriesStyle = (i, count) => (count > 1 ? `color: oklch(var(--lightness) 0.14 ${Math.round(258 - (230 * i) / (count - 1))})` : '');

// Lines that are next to each other differ in their points' shape, too.
function addPoint(parent, i, x, y, radius, attributes) {
  const r = radius, [up, wide] = [1.25 * r, 1.2 * r];
  switch (i % 4) {
    case 0: return shapeIn(parent, 'circle', { cx: x, cy: y, r, ...attributes });
    case 1: return shapeIn(parent, 'rect', { x: x - 0.9 * r, y: y - 0.9 * r, width: 1.8 * r, height: 1.8 * r, ...attributes });
    case 2: return shapeIn(parent, 'path', { d: `M${x - wide} ${y + r}L${x + wide} ${y + r}L${x} ${y - up}Z`, ...attributes });
    default: return shapeIn(parent, 'path', { d: `M${x - up} ${y}L${x} ${y - up}L${x + up} ${y}L${x} ${y + up}Z`, ...attributes });
  }
}

function addCross(parent, x, y) {
  shapeIn(parent, 'path', { class: 'none', d: `M${x - 3} ${y - 3}L${x + 3} ${y + 3}M${x - 3} ${y + 3}L${x + 3} ${y - 3}` });
}

// Where the values of a setting lie between 0 and 1: as far apart as the numbers that they are, or their logarithms; evenly
// where those would crowd together, or they are no numbers.
function layOut({ values, numbers }) {
  if (values.length === 1) return [0.5];
  const last = values.length - 1;
  if (!numbers) return values.map((_, i) => i / last);
  const even = [];
  values.map((_, i) => i).sort((a, b) => numbers[a] - numbers[b]).forEach((i, rank) => { even[i] = rank / last; });
  const spread = (scaled) => {
    const low = least(scaled), high = most(scaled);
    return scaled.map((one) => (one - low) / (high - low));
  };
  const closest = (places) => {
    const sorted = [...places].sort((a, b) => a - b);
    return last * least(sorted.slice(1).map((place, i) => place - sorted[i]));
  };
  const linear = spread(numbers);
  const best = numbers.every((number) => number > 0) && closest(spread(numbers.map(Math.log))) > 1.001 * closest(linear)
    ? spread(numbers.map(Math.log)) : linear;
  return closest(best) < 0.1 ? even : best;
}

// The values that get a label, so that these do not run into each other: all, or those with a round number, or every n-th.
function chooseLabels({ numbers, kind }, labels, places, width) {
  const order = places.map((_, i) => i).sort((a, b) => places[a] - places[b]);
  const fit = (chosen) => chosen.every((i, k) => k === 0 ||
    (places[i] - places[chosen[k - 1]]) * width >= (textWidth(labels[i]) + textWidth(labels[chosen[k - 1]])) / 2 + 4);
  for (let power = 1; power < 1e6; power *= 10)
    for (const step of [power, 2 * power, 5 * power]) {
      const chosen = kind === 'whole' ? order.filter((i) => numbers[i] % step === 0) : order.filter((_, k) => k % step === 0);
      if (fit(chosen)) return chosen.length > 1 || order.length < 2 ? chosen : order.filter((_, k) => k === 0 || k === order.length - 1);
    }
  return [];
}

const brief = (value) => plain(Number(value.toPrecision(4)));

// How values of each kind are written: exactly enough, as a label of an axis, and as labels at round values.
const kinds = {
  time: { text: duration, label: duration, ticks: timeTicks },
  share: {
    text: percent,
    label: (value) => `${brief(100 * value)} %`,
    ticks: (low, high, about) => numberTicks(100 * low, 100 * high, about, ' %').map(({ at, label }) => ({ at: at / 100, label })),
  },
  rate: { text: (value) => `${brief(value)} /s`, label: (value) => `${brief(value)} /s`, ticks: (...range) => numberTicks(...range, ' /s') },
  count: { text: brief, label: brief, ticks: (...range) => numberTicks(...range, '') },
};

function numberTicks(low, high, about, unit) {
  const { values, decimals } = ticks(low, high, about);
  return values.map((at) => ({ at, label: fixed(at, decimals) + unit }));
}

// From where to where an axis goes that has all means on it, and the bands as far as they are of the means' size.
function scaleFor(kind, estimates, wantLogarithmic) {
  const means = estimates.map(({ mean }) => mean);
  const highest = most(means), lowest = least(means);
  const isLogarithmic = wantLogarithmic && lowest > 0;
  const high = most(estimates.map((one) => Math.min(one.high ?? one.mean, 2 * highest))) || 1;
  const low = least(estimates.map((one) => Math.max(one.low ?? one.mean, lowest / 2)));
  if (isLogarithmic) {
    const from = Math.log10(low) - 0.05, to = Math.log10(high) + 0.05, decades = to - from;
    const steps = decades > 4 ? [1] : decades > 2 ? [1, 3] : decades > 1 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 7];
    const skip = Math.ceil(decades / 8);
    const all = [];
    for (let power = Math.floor(from); power <= to; ++power)
      for (const step of steps) {
        const at = Number(`${step}e${power}`);
        if (power % skip === 0 && Math.log10(at) >= from && Math.log10(at) <= to) all.push({ at, label: kind.label(at) });
      }
    if (all.length === 0) all.push({ at: highest, label: kind.label(highest) });
    return { place: (value) => (Math.log10(Math.max(value, 10 ** from)) - from) / (to - from), ticks: all, isLogarithmic };
  }
  // Zero is on it unless all is far from zero, and not all the same.
  const from = low > 0.6 * high && high - low > 1e-3 * high ? low - 0.15 * (high - low) : 0;
  const to = high + 0.04 * (high - from);
  return { place: (value) => (value - from) / (to - from), ticks: kind.ticks(from, to, 6), isLogarithmic };
}

// Draws a chart of this width. A series has points {x, estimate, told, isPartial}; one without an estimate is a
// cross, or a gap if it isMissing.
function drawLines({ width, label, axisName, axisLabels, places, labelled, scale, series }) {
  const left = Math.max(most(scale.ticks.map((tick) => textWidth(tick.label))), 20) + 8;
  const right = width - 14;
  const inner = right - left - 12;
  const x = (place) => left + 6 + place * inner;
  const chosen = labelled(inner);
  const isSlanted = chosen === undefined;
  const longest = isSlanted ? most(axisLabels.map(textWidth)) : 0;
  const below = isSlanted ? Math.min(0.6 * longest, 90) + 34 : 40;
  const top = 8, bottom = 232, height = bottom + below;
  const y = (value) => bottom - scale.place(value) * (bottom - top);
  const { svg, add } = makeChart(width, height, label);

  for (const { at, label: text } of scale.ticks) {
    add('line', { class: 'grid', x1: left, x2: right, y1: y(at), y2: y(at) });
    add('text', { x: left - 6, y: y(at) + 4, 'text-anchor': 'end' }, text);
  }
  add('line', { class: 'axis', x1: left, x2: right, y1: bottom, y2: bottom });
  places.forEach((place, i) => {
    const isChosen = isSlanted || chosen.includes(i);
    if (isChosen || places.length <= 100) add('line', { class: 'axis', x1: x(place), x2: x(place), y1: bottom, y2: bottom + (isChosen ? 5 : 3) });
    if (!isChosen) return;
    if (isSlanted) {
      const shown = axisLabels[i].length > 24 ? `${axisLabels[i].slice(0, 23)}…` : axisLabels[i];
      add('text', { 'text-anchor': 'end', transform: `translate(${x(place) + 4} ${bottom + 14}) rotate(-35)` }, shown);
    } else {
      add('text', { x: x(place), y: bottom + 18, 'text-anchor': 'middle' }, axisLabels[i]);
    }
  });
  add('text', { class: 'name', x: (left + right) / 2, y: height - 5, 'text-anchor': 'middle' }, axisName);

  // What goes beyond the axes is cut off there.
  const plot = shapeIn(svg, 'svg', { x: 0, y: top - 4, width, height: bottom - top + 5, viewBox: `0 ${top - 4} ${width} ${bottom - top + 5}` });
  const groups = series.map(({ style }) => shapeIn(plot, 'g', { class: 'series', style }));
  const marks = series.map(({ style }) => shapeIn(svg, 'g', { class: 'series', style }));
  series.forEach(({ points }, i) => {
    const parts = [[]];
    for (const point of points)
      if (point.estimate) parts.at(-1).push(point);
      else if (parts.at(-1).length > 0) parts.push([]);
    for (const part of parts.filter((one) => one.length > 0)) {
      const edge = part.filter(({ estimate }) => estimate.low !== null && estimate.high !== null);
      const corner = (place, value) => `${x(place).toFixed(2)} ${y(value).toFixed(2)}`;
      if (edge.length === 1) {
        const [{ x: place, estimate }] = edge;
        shapeIn(groups[i], 'path', { class: 'interval', d: `M${corner(place, estimate.low)}L${corner(place, estimate.high)}` });
      } else if (edge.length > 1) {
        const there = edge.map(({ x: place, estimate }) => corner(place, estimate.high));
        const back = edge.map(({ x: place, estimate }) => corner(place, estimate.low)).reverse();
        shapeIn(groups[i], 'path', { class: 'band', d: `M${[...there, ...back].join('L')}Z` });
      }
      shapeIn(groups[i], 'path', { class: 'line', d: `M${part.map(({ x: place, estimate }) => corner(place, estimate.mean)).join('L')}` });
    }
    const isDense = points.length > 40;
    for (const { x: place, estimate, told, isPartial, isMissing } of points) {
      if (isMissing) continue;
      if (estimate) {
        if (!isDense || isPartial) addPoint(marks[i], i, x(place), y(estimate.mean), 3.4, { class: isPartial ? 'partial' : 'point' });
      } else {
        addCross(marks[i], x(place) + (i - (series.length - 1) / 2) * Math.min(9, 40 / series.length), bottom - 7);
      }
      const hit = shapeIn(marks[i], 'circle', { class: 'hit', cx: x(place), cy: estimate ? y(estimate.mean) : bottom - 7, r: 9 });
      shapeIn(hit, 'title', {}, told);
    }
  });
  return svg;
}
