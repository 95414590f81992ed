// The page of a sweep: charts of each measure, the table, the settings.

const data = JSON.parse(byId('data').textContent);
const [first, second, ...further] = data.axes;
const mostPoints = 500;  // of a line
const mostLines = 24;    // in a chart
const mostCharts = 48;   // in all
const mostRows = 1000;   // in the table

const list = (names) => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);
const troubled = (row) => row.deadlocks + row.failures > 0;

function kindOf(name) {
  if (/^(makespan$|wait\.|service\.|latency\.|blocked\.)/.test(name)) return 'time';
  if (name === 'throughput') return 'rate';
  return ['utilization', 'queue.full', 'queue.empty'].includes(name) ? 'share' : 'count';
}

function meaningOf(name) {
  const whole = {
    makespan: 'from start to end',
    throughput: 'items consumed a second',
    utilization: 'share of the time in which a consumer is busy',
    'queue.mean_depth': 'items in the queue, mean over time',
    'queue.max_depth': 'items in the queue at most',
    'queue.full': 'share of the time in which the queue is full',
    'queue.empty': 'share of the time in which it is empty',
  };
  if (whole[name]) return whole[name];
  const [group, figure] = name.split('.');
  if (group === 'items') return `items ${figure.replace('_', ' ')}`;
  const spans = { wait: 'from put to get', service: 'from get to done', latency: 'from the start of put to done', blocked: 'producers before a full queue' };
  const figures = { mean: 'mean', stddev: 'standard deviation', p50: 'median', p90: '90th percentile', p99: '99th percentile', p999: '99.9th percentile', max: 'maximum' };
  return `${spans[group]}, ${figures[figure]}`;
}

function labelOf(axis, i) {
  if (axis.setting === 'maxsize' && axis.values[i] === '0') return '0 (∞)';
  return axis.kind === 'duration' ? duration(axis.numbers[i]) : axis.values[i];
}

const troubleOf = ({ deadlocks, failures }) => [['deadlock', deadlocks], ['failure', failures]]
  .filter(([, count]) => count > 0)
  .map(([what, count]) => `${what} in ${fixed(count)} of ${fixed(data.replications)}`)
  .join(', ');

const describe = (values) => Object.entries(values).map(([name, value]) => `${name} = ${value}`).join(', ');

function tellWhatWasRun() {
  const names = data.axes.map(({ setting }) => setting);
  const title = names.length === 0 ? 'A sweep of one combination' : `Sweep of ${list(names)}`;
  document.title = title;
  byId('title').textContent = title;
  const seed = data.settings.find(([name]) => name === 'seed')?.[1];  // not there if it varies
  const seeds = seed ? `, seeds ${seed} to ${BigInt(seed) + BigInt(data.replications - 1)}` : '';
  const warmup = data.warmup > 0 ? `; distributions without the first ${counted(data.warmup, 'item')}` : '';
  byId('subject').textContent = `${counted(data.combinations, 'combination')}, ${fixed(data.replications)} replications of each${seeds}${warmup}.`;
  const lines = [];
  if (data.rows.length < data.combinations)
    lines.push(`Interrupted: ${fixed(data.combinations - data.rows.length)} of ${counted(data.combinations, 'combination')} are missing.`);
  const stuck = data.rows.filter(troubled).length;
  if (stuck > 0) lines.push(`${counted(stuck, 'combination')} ${stuck === 1 ? 'has' : 'have'} deadlocks or failures; the table says which.`);
  byId('trouble').textContent = lines.join(' ');
  byId('trouble').hidden = lines.length === 0;
}

// The indices of some of so many, evenly.
const thin = (count, limit) => [...Array(Math.min(count, limit)).keys()].map((i) => (count <= limit ? i : Math.round((i * (count - 1)) / (limit - 1))));

class Charts {
  constructor() {
    this.lines = second ? thin(second.values.length, mostLines) : [undefined];
    const panels = further.reduce((all, axis) => all.flatMap((values) => axis.values.map((value) => ({ ...values, [axis.setting]: value }))), [{}]);
    this.panels = panels.slice(0, Math.max(1, Math.floor(mostCharts / data.measures.length)));
    const drawn = thin(first.values.length, mostPoints);
    this.axis = { ...first, values: drawn.map((i) => first.values[i]), numbers: first.numbers && drawn.map((i) => first.numbers[i]) };
    this.places = layOut(this.axis);
    this.labels = this.axis.values.map((_, i) => labelOf(this.axis, i));
    this.rows = new Map(data.rows.map((row) => [JSON.stringify(Object.values(row.values)), row]));
    this.tellLegend();
    this.tellHowToRead(panels.length);
    byId('charts').classList.toggle('single', this.panels.length === 1);
    this.boxes = data.measures.map((name) => this.makeBoxes(name));
    byId('logarithmic').addEventListener('change', () => this.draw());
    new ResizeObserver(() => {
      if (byId('charts').clientWidth !== this.width) this.draw();
    }).observe(byId('charts'));
  }

  tellLegend() {
    if (!second) {
      byId('legend').replaceWith(byId('reading'));
      return;
    }
    byId('legend').append(element('li', { class: 'soft' }, `${second.setting}:`));
    this.lines.forEach((value, i) => {
      const item = element('li', {});
      const svg = shapeIn(item, 'svg', { class: 'series', viewBox: '0 0 30 14', 'aria-hidden': 'true', style: this.style(i) });
      shapeIn(svg, 'path', { class: 'line', d: 'M2 7L28 7' });
      addPoint(svg, i, 15, 7, 3.6, { class: 'point' });
      item.append(labelOf(second, value));
      byId('legend').append(item);
    });
  }

  tellHowToRead(panels) {
    const parts = ['Lines are means over the replications, bands their 95 % confidence intervals.'];
    const partial = data.rows.some((row) => troubled(row) && row.done > 0), none = data.rows.some((row) => row.done === 0);
    if (partial) parts.push('Hollow: replications with a deadlock or a failure are left out.');
    if (none) parts.push('Crosses: all replications ended in a deadlock or a failure.');
    const tellThinned = (drawn, all, what) => {
      if (drawn < all) parts.push(`${drawn} of ${fixed(all)} ${what} are drawn; the exports have all.`);
    };
    tellThinned(this.places.length, first.values.length, `values of ${first.setting}`);
    if (second) tellThinned(this.lines.length, second.values.length, `values of ${second.setting}`);
    tellThinned(this.panels.length, panels, `combinations of ${list(further.map(({ setting }) => setting))}`);
    byId('reading').textContent = parts.join(' ');
  }

  style(i) { return seriesStyle(i, this.lines.length); }

  makeBoxes(name) {
    const note = element('span', { class: 'note' }, meaningOf(name));
    const panels = element('div', { class: 'panels' });
    byId('charts').append(element('section', { class: 'measure' }, element('h3', {}, name), note, panels));
    return this.panels.map((values) => {
      const box = element('figure', { class: 'panel', 'data-measure': name });
      panels.append(box);
      return { box, values };
    });
  }

  // The rows of a panel, by the lines.
  series(name, values) {
    const order = this.places.map((_, i) => i).sort((a, b) => this.places[a] - this.places[b]);
    return this.lines.map((line, i) => ({
      style: this.style(i),
      points: order.map((place) => {
        const chosen = { [first.setting]: this.axis.values[place], ...(second && { [second.setting]: second.values[line] }), ...values };
        const row = this.rows.get(JSON.stringify(Object.values(chosen)));
        if (!row) return { x: this.places[place], isMissing: true };
        const estimate = row.measures[name];
        const told = [`${describe(chosen)}:`, estimate && this.tell(name, estimate), troubleOf(row)].filter(Boolean).join(' ');
        return { x: this.places[place], estimate, told, isPartial: troubled(row) };
      }),
    }));
  }

  tell(name, { mean, high }) {
    const { text } = kinds[kindOf(name)];
    return high === null ? text(mean) : `${text(mean)} ± ${text(high - mean)}`;
  }

  draw() {
    this.width = byId('charts').clientWidth;
    const wantLogarithmic = byId('logarithmic').checked;
    data.measures.forEach((name, m) => {
      const all = this.boxes[m].map(({ box, values }) => ({ box, values, series: this.series(name, values) }));
      const estimates = all.flatMap(({ series }) => series.flatMap(({ points }) => points.map(({ estimate }) => estimate).filter(Boolean)));
      for (const { box, values, series } of all) {
        const caption = further.length > 0 ? [element('figcaption', {}, describe(values))] : [];
        box.replaceChildren(...caption);
        if (estimates.length === 0) {
          box.append(element('p', { class: 'note' }, 'There is nothing to draw: no replication came to its end.'));
          continue;
        }
        const scale = scaleFor(kinds[kindOf(name)], estimates, wantLogarithmic);
        box.append(drawLines({
          width: Math.max(box.clientWidth, 240),
          label: `${name} against ${first.setting}${further.length > 0 ? `, ${describe(values)}` : ''}`,
          axisName: first.setting,
          axisLabels: this.labels,
          places: this.places,
          labelled: (width) => this.chooseLabels(width),
          scale,
          series,
        }));
        if (wantLogarithmic && !scale.isLogarithmic) box.append(element('p', { class: 'note' }, 'Not logarithmic, as there are zeros.'));
      }
    });
  }

  // Numbers are thinned out where they would run into each other; of texts all are shown, and slanted, for which it returns
  // nothing.
  chooseLabels(width) {
    const chosen = chooseLabels(this.axis, this.labels, this.places, width);
    return !first.numbers && chosen.length < this.labels.length ? undefined : chosen;
  }
}

// A mean with as many digits as the interval makes sense of; no number where there is none, or only what rounding leaves of it.
function digitsFor(mean, half) {
  return half > 1e-9 * Math.abs(mean) ? Math.min(Math.max(1 - Math.floor(Math.log10(half)), 0), 9) : undefined;
}

function tellTable() {
  const units = data.measures.map((name) => {
    const highest = most(data.rows.map((row) => row.measures[name]?.mean ?? 0));
    switch (kindOf(name)) {
      case 'time': return highest > 0 ? unitFor(highest) : { name: 's', seconds: 1 };
      case 'share': return { name: '%', seconds: 0.01 };
      case 'rate': return { name: '/s', seconds: 1 };
      default: return { name: '', seconds: 1 };
    }
  });
  const cells = (row) => data.measures.flatMap((name, i) => {
    const estimate = row.measures[name];
    if (!estimate) return [element('td', { class: 'soft' }, '–'), element('td', { class: 'half' })];
    const mean = estimate.mean / units[i].seconds, half = estimate.high === null ? null : (estimate.high - estimate.mean) / units[i].seconds;
    const digits = digitsFor(mean, half);
    const known = { 'data-measure': name, 'data-mean': estimate.mean, 'data-low': estimate.low ?? '', 'data-high': estimate.high ?? '' };
    return [element('td', known, digits === undefined ? plain(Number(mean.toPrecision(6))) : fixed(mean, digits)),
      element('td', { class: 'half' }, half === null ? '' : `± ${digits === undefined ? '0' : fixed(half, digits)}`)];
  });
  const anyTrouble = data.rows.some(troubled);
  const head = element('tr', {}, ...data.axes.map(({ setting }) => element('th', { scope: 'col', class: 'setting' }, setting)),
    ...data.measures.map((name, i) => element('th', { scope: 'colgroup', colspan: 2 }, units[i].name ? `${name}, ${units[i].name}` : name)),
    ...(anyTrouble ? [element('th', { scope: 'col' }, 'replications')] : []));
  const body = data.rows.slice(0, mostRows).map((row) => element('tr', {},
    ...Object.values(row.values).map((value) => element('th', { scope: 'row', class: 'setting' }, value)), ...cells(row),
    ...(anyTrouble ? [element('td', troubled(row) ? { class: 'bad' } : {}, troubled(row) ? troubleOf(row) : `${fixed(row.done)} done`)] : [])));
  byId('table').append(element('thead', {}, head), element('tbody', {}, ...body));
  byId('table').parentElement.classList.toggle('tall', body.length > 100);
  const rest = data.rows.length - body.length;
  byId('table-note').textContent = 'Mean ± half the width of the 95 % confidence interval.' +
    (rest > 0 ? ` These are the first ${fixed(mostRows)} of ${fixed(data.rows.length)} rows; the exports have all.` : '');
}

// Values as a set: a range where they are one.
function setOf({ values, kind }) {
  if (kind !== 'whole' || values.length < 3) return values.join(kind === 'delay' ? '|' : ',');
  const [from, next] = values.map(Number), step = next - from;
  const isRange = step > 0 && values.every((value, i) => Number(value) === from + i * step);
  return isRange ? `${from}:${values.at(-1)}${step > 1 ? `:${step}` : ''}` : values.join(',');
}

function tellSweepSettings() {
  const flags = [...data.axes.map((axis) => [axis.setting, setOf(axis)]), ...changedSettings(data.settings)];
  if (data.replications !== 20) flags.push(['replications', String(data.replications)]);
  if (data.warmup > 0) flags.push(['warmup', String(data.warmup)]);
  tellSettings(data.settings, 'pcsim sweep', [...flags, ['measure', data.measures.join(',')]]);
  byId('made').textContent = `Made by pcsim ${data.version}.`;
}

tellWhatWasRun();
if (first) new Charts();
else byId('charts-section').hidden = true;
tellTable();
tellSweepSettings();
