// What all pages need: the document's elements, numbers as people read them, axes.

const byId = (id) => document.getElementById(id);

// An HTML element. Children that are text stay text.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Adds a shape to a chart, or to a part of one.
function shapeIn(parent, name, attributes, text) {
  const shape = document.createElementNS(byId('chart').content.firstElementChild.namespaceURI, name);
  for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
  if (text !== undefined) shape.textContent = text;
  parent.append(shape);
  return shape;
}

// An empty chart of this size, with a function that adds a shape to it.
function makeChart(width, height, label) {
  const svg = byId('chart').content.firstElementChild.cloneNode();
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('aria-label', label);
  return { svg, add: (name, attributes, text) => shapeIn(svg, name, attributes, text) };
}

const grouped = new Map();

// With thousands set apart, and always this many digits after the point.
function fixed(value, decimals = 0) {
  if (!grouped.has(decimals))
    grouped.set(decimals, new Intl.NumberFormat('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
  return grouped.get(decimals).format(value);
}

// With four significant digits, or all of a whole number.
function plain(value) {
  if (Number.isInteger(value)) return fixed(value);
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  if (magnitude < -4) return value.toExponential(3);
  return fixed(value, Math.max(0, 3 - magnitude));
}

const percent = (share) => `${fixed(100 * share, 1)} %`;
const counted = (count, noun) => `${fixed(count)} ${noun}${count === 1 ? '' : 's'}`;

// What durations up to this long are written in.
function unitFor(seconds) {
  for (const unit of [{ name: 's', seconds: 1 }, { name: 'ms', seconds: 1e-3 }, { name: 'µs', seconds: 1e-6 }])
    if (seconds >= unit.seconds * (1 - 1e-9)) return unit;
  return { name: 'ns', seconds: 1e-9 };
}

function duration(seconds) {
  if (!(seconds > 0)) return '0 s';
  const unit = unitFor(seconds);
  return `${plain(Number((seconds / unit.seconds).toPrecision(4)))} ${unit.name}`;
}

// The least of 1, 2, 5 times a power of ten that is not below this.
function roundUp(value) {
  const ten = 10 ** Math.floor(Math.log10(value));
  return ten * [1, 2, 5, 10].find((step) => value <= step * ten * (1 + 1e-9));
}

// Round values from one to another, about as many as asked for, and how many digits tell them apart.
function ticks(from, to, about) {
  const step = roundUp((to - from) / about);
  const values = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; ++i) values.push(i * step || 0);  // never -0
  return { values, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

// The same for times, with their labels.
function timeTicks(from, to, about) {
  const unit = unitFor(to);
  const { values, decimals } = ticks(from / unit.seconds, to / unit.seconds, about);
  return values.map((value) => ({ at: value * unit.seconds, label: `${fixed(value, decimals)} ${unit.name}` }));
}

// What was given: settings that are not at their default. With a log, items and their times are its lines.
const changedSettings = (settings) => settings
  .filter(([name, , isDefault]) => !isDefault && !(name === 'items' && settings.some(([other]) => other === 'arrivals')))
  .map(([name, value]) => [name, value]);

// The settings, and the command that they come from.
function tellSettings(settings, command, flags) {
  const quoted = (text) => (/^[\w.,:/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  byId('command').textContent = [command, ...flags.map(([name, value]) => (value === 'true' ? `--${name}` : `--${name} ${quoted(value)}`))].join(' ');
  for (const [name, value, isDefault] of settings)
    byId('settings').append(element('div', isDefault ? {} : { class: 'changed' }, element('dt', {}, name), element('dd', {}, value)));
}
