// The page around the timeline: what was run, how it ended, and its figures.

const data = JSON.parse(byId('data').textContent);
const run = new Run(data);
const measure = (name) => run.measures.get(name);
const setting = (name) => run.settings.get(name);

function tellWhatWasRun() {
  document.title = data.title;
  byId('title').textContent = data.title;
  const room = setting('maxsize') === '0' ? 'an unbounded queue' : `a queue of ${fixed(Number(setting('maxsize')))}`;
  byId('subject').textContent = `${counted(run.actors.producer, 'producer')}, ${room}, ${counted(run.actors.consumer, 'consumer')}, ` +
    `${counted(Number(setting('items')), 'item')}; ${setting('clock')} clock, seed ${setting('seed')}`;

  const end = duration(run.end);
  const { kind, failure, report, limits } = data.outcome;
  const how = {
    done: () => `Done after ${end}`,
    stopped: () => `Ended early, after ${end}`,
    interrupted: () => `Interrupted after ${end}`,
    deadlock: () => `Deadlock after ${end}`,
    failed: () => `Failed: C${failure.consumer} on item ${fixed(failure.item)} after ${duration(failure.at)}; all ended after ${end}`,
  }[kind]();
  const fate = [['consumed', 'consumed'], ['timed_out', 'timed out'], ['failed', 'failed'], ['unfinished', 'unfinished'],
    ['queued', 'left in the queue'], ['never_put', 'never put']]
    .filter(([name]) => name === 'consumed' || measure(`items.${name}`) > 0)
    .map(([name, words]) => `${fixed(measure(`items.${name}`))} ${words}`);
  byId('outcome').textContent = `${how}: ${fate.join(', ')}`;
  byId('outcome').dataset.kind = kind;
  byId('limits').textContent = limits[0].toUpperCase() + limits.slice(1);
  if (report) {
    byId('report').textContent = report.trimEnd();
    byId('report').hidden = false;
  }
  const key = [
    ['Makespan', duration(run.end)],
    ['Throughput', `${plain(Number(measure('throughput').toPrecision(4)))} /s`],
    ['Consumers busy', percent(measure('utilization'))],
    ['Wait, mean', duration(measure('wait.mean'))],
    ['Latency, p99', duration(measure('latency.p99'))],
    ['Queue, mean', `${plain(Number(measure('queue.mean_depth').toPrecision(4)))}`],
  ];
  for (const [name, value] of key) byId('key').append(element('div', {}, element('dt', {}, name), element('dd', {}, value)));
}

function tellLegend() {
  const legend = byId('legend');
  const add = (kind, words) => legend.append(element('li', {}, element('span', { class: `swatch ${kind}` }), words));
  add('working', 'working');
  add('blocked', 'blocked, in line');
  add('waiting', 'waiting');
  if (run.notConsumed.size > 0) add('bad', 'not consumed');
}

function tellWhatIsThinned() {
  const parts = [];
  const ordinal = (n) => `${fixed(n)}${n % 100 >= 11 && n % 100 <= 13 ? 'th' : ['th', 'st', 'nd', 'rd'][n % 10] ?? 'th'}`;
  if (run.complete)
    parts.push(`All ${fixed(run.count)} items are in this page.`,
      'Where slices are too short to be told apart, each pixel shows the shares of its time, and of the depth the least, the ' +
      'mean and, palest, the most; zoom in to see every one.');
  else if (run.count > 0)
    parts.push(`Thinned out: of ${fixed(measure('items.consumed'))} items consumed, the page has the story of every ${ordinal(run.step)} ` +
      `item, ${fixed(run.count)} in all.`,
      `The rows and the queue's depth are made of all of them, in steps of ${duration(run.afar.span)}; ` +
      'of the depth they show the least, the mean and, palest, the most.');
  for (const role of ['producer', 'consumer']) {
    const size = groupSize(run.actors[role]), finest = run.finest(role);
    if (size > 1)
      parts.push(`${fixed(size)} ${role}s share a row, which shows the share of them that works` +
        (size > finest ? `, until it is opened${finest > 1 ? ` to rows of ${fixed(finest)}` : ''}.` : '.'));
  }
  if (run.tick > 1e-9) parts.push(`Times in stories are rounded to ${duration(run.tick)}.`);
  if (setting('streams') === 'per-item' && (setting('limit') || setting('lock-delay') || setting('work') === 'thread'))
    parts.push('With per-item streams, time in line with an item in hand shows as work.');
  byId('thinned').textContent = parts.join(' ');
}

function drawHistogram({ name, count, width, counts }) {
  const box = element('figure', { style: 'margin: 0' });
  box.append(element('h3', {}, name[0].toUpperCase() + name.slice(1)));
  const meaning = {
    wait: 'from put to get',
    service: 'from get to done',
    latency: 'from the start of put to done',
    blocked: 'producers before a full queue',
  }[name];
  box.append(element('p', { class: 'note' }, meaning));
  byId('charts').append(box);
  if (counts.length === 0) {
    box.append(element('p', {}, count === 0 ? 'No values.' : `Always 0, for ${counted(count, 'item')}.`));
    return;
  }
  const w = 300, h = 168, top = 46, bottom = h - 22, left = 2, right = w - 2;
  const { svg, add } = makeChart(w, h, `Histogram of ${name}; p50 ${duration(measure(`${name}.p50`))}, ` +
    `p90 ${duration(measure(`${name}.p90`))}, p99 ${duration(measure(`${name}.p99`))}`);
  const end = width * counts.length;
  const x = (seconds) => left + (seconds / end) * (right - left);
  const most = Math.max(...counts);
  counts.forEach((number, bin) => {
    const height = (number / most) * (bottom - top);
    const bar = add('rect', { class: 'bar', x: x(bin * width) + 0.5, y: bottom - height, width: (right - left) / counts.length - 1, height });
    const title = document.createElementNS(svg.namespaceURI, 'title');
    title.textContent = `${duration(bin * width)} to ${duration((bin + 1) * width)}: ${counted(number, 'item')}`;
    bar.append(title);
  });
  add('line', { class: 'axis', x1: left, x2: right, y1: bottom, y2: bottom });
  for (const { at, label } of timeTicks(0, end, 4)) {
    const anchor = x(at) < 20 ? 'start' : x(at) > right - 20 ? 'end' : 'middle';
    add('line', { class: 'axis', x1: x(at), x2: x(at), y1: bottom, y2: bottom + 4 });
    add('text', { x: x(at), y: bottom + 17, 'text-anchor': anchor }, label);
  }
  ['p99', 'p90', 'p50'].forEach((p, level) => {
    const value = measure(`${name}.${p}`);
    if (value > end) return;
    const y = 11 + 14 * level;
    add('line', { class: 'mark', x1: x(value), x2: x(value), y1: y + 3, y2: bottom });
    const isRight = x(value) > w / 2;
    add('text', { class: 'strong', x: x(value) + (isRight ? -4 : 4), y: y + 1, 'text-anchor': isRight ? 'end' : 'start' }, `${p} ${duration(value)}`);
  });
  box.append(svg);
  const shown = counts.reduce((sum, number) => sum + number, 0);
  if (shown < count)
    box.append(element('p', { class: 'note' }, `Not shown: ${counted(count - shown, 'item')} (${percent((count - shown) / count)}) above ` +
      `${duration(end)}, up to ${duration(measure(`${name}.max`))}.`));
}

// Every measure is a cell that names it (data-measure) and has its exact value (data-value).
function cell(name, text) {
  return element('td', { 'data-measure': name, 'data-value': measure(name), title: `${name} = ${measure(name)}` }, text);
}

function tellFigures() {
  const box = byId('figures');
  const columns = ['wait', 'service', 'latency', 'blocked'];
  const rows = [['mean', 'mean'], ['stddev', 'std. deviation'], ['p50', 'p50'], ['p90', 'p90'], ['p99', 'p99'], ['p999', 'p99.9'], ['max', 'max']];
  const unit = unitFor(Math.max(...columns.map((column) => measure(`${column}.max`))));
  const spread = element('table', {}, element('caption', {}, `Durations in ${unit.name}`),
    element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, ''), ...columns.map((name) => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, ...rows.map(([key, label]) => element('tr', {}, element('th', { scope: 'row' }, label),
      ...columns.map((column) => cell(`${column}.${key}`, fixed(measure(`${column}.${key}`) / unit.seconds, 3)))))));
  const shares = new Set(['utilization', 'queue.full', 'queue.empty']);
  const labels = {
    makespan: 'Makespan',
    throughput: 'Items consumed a second',
    utilization: 'Consumers busy, mean',
    'queue.mean_depth': 'Queue depth, mean',
    'queue.max_depth': 'Queue depth, max',
    'queue.full': 'Queue full, of the time',
    'queue.empty': 'Queue empty, of the time',
    'items.consumed': 'Items consumed',
    'items.timed_out': 'Items timed out',
    'items.failed': 'Items failed',
    'items.unfinished': 'Items unfinished',
    'items.queued': 'Items left in the queue',
    'items.never_put': 'Items never put',
  };
  const others = element('table', {}, element('caption', {}, 'The run'), element('tbody', {}, ...data.measures
    .filter(([name]) => !columns.includes(name.split('.')[0]))
    .map(([name, value, whole]) => element('tr', {}, element('th', { scope: 'row' }, labels[name] ?? name),
      cell(name, name === 'makespan' ? duration(value) : shares.has(name) ? percent(value) : whole ? fixed(value) : plain(Number(value.toPrecision(6))))))));
  const warmup = data.warmup > 0 ? [element('p', { class: 'note' }, `Without the first ${counted(data.warmup, 'item')} (--warmup).`)] : [];
  box.append(element('div', {}, element('div', { class: 'scroll' }, spread), ...warmup), element('div', {}, others));
}

function tellActors() {
  const unit = unitFor(run.end);
  const add = (letter, role, { count, size, lines }, did, idle) => {
    const rows = lines.map(([items, busy, rest], i) => {
      const first = i * size + 1, last = Math.min(first + size - 1, count);
      const share = run.end > 0 ? busy / (last - first + 1) / run.end : 0;
      return element('tr', {}, element('th', { scope: 'row' }, `${letter}${first}` + (last > first ? `–${letter}${last}` : '')),
        element('td', {}, fixed(items)), element('td', {}, fixed(busy / unit.seconds, 3)), element('td', {}, fixed(rest / unit.seconds, 3)),
        element('td', {}, percent(share), element('span', { class: 'share' }, element('i', { style: `width: ${Math.min(100 * share, 100)}%` }))));
    });
    const head = ['', did, `busy, ${unit.name}`, `${idle}, ${unit.name}`, 'utilization'];
    const table = element('table', {}, element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
      element('tbody', {}, ...rows));
    const box = element('div', {}, element('h3', {}, `${role[0].toUpperCase()}${role.slice(1)}`),
      element('div', { class: 'actors', tabindex: '0', role: 'region', 'aria-label': role }, table));
    if (size > 1) box.append(element('p', { class: 'note' }, `${fixed(size)} ${role} share a line: their times and items are added up.`));
    byId('actors').append(box);
  };
  add('P', 'producers', data.producers, 'put', 'blocked');
  add('C', 'consumers', data.consumers, 'consumed', 'waiting');
}

tellWhatWasRun();
tellLegend();
tellWhatIsThinned();
new Timeline(run);
data.distributions.forEach(drawHistogram);
tellFigures();
tellActors();
tellSettings(data.settings, 'pcsim', changedSettings(data.settings));
byId('made').textContent = `Made by pcsim ${data.version}. Times are the run's own, in seconds since its start.`;
