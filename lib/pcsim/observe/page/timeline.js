// The timeline: a row for each actor, or for a group of them, and the queue's depth beneath, over one axis of time.

// How many neighbours share a row: each has its own up to 40 of them, otherwise there are 20 rows at most.
function groupSize(actors) {
  if (actors <= 40) return 1;
  for (let ten = 1; ; ten *= 10)
    for (const size of [ten, 2 * ten, 5 * ten]) if (actors <= size * 20) return size;
}

// For each pixel column, the share of it that is covered; a slice costs the same however long it is.
class Coverage {
  constructor(columns) {
    this.columns = columns;
    this.parts = new Float32Array(columns + 1);
    this.steps = new Float32Array(columns + 2);
  }
  add(from, to, weight) {
    from = Math.max(from, 0);
    to = Math.min(to, this.columns);
    if (!(to > from)) return;
    const first = Math.floor(from), last = Math.floor(to);
    if (first === last) {
      this.parts[first] += (to - from) * weight;
      return;
    }
    this.parts[first] += (first + 1 - from) * weight;
    this.parts[last] += (to - last) * weight;
    this.steps[first + 1] += weight;
    this.steps[last] -= weight;
  }
  shares() {
    const shares = new Float32Array(this.columns);
    for (let x = 0, level = 0; x < this.columns; ++x) {
      level += this.steps[x];
      shares[x] = Math.min(level + this.parts[x], 1);
    }
    return shares;
  }
}

class Timeline {
  constructor(run) {
    this.run = run;
    this.box = byId('timeline');
    this.scroller = byId('rows');
    this.rowCanvas = byId('row-canvas');
    this.depthCanvas = byId('depth-canvas');
    this.tip = byId('tip');
    this.from = 0;
    this.to = run.end;
    this.selected = -1;  // the item whose story is told
    this.pointed = -1;   // the one under the pointer
    this.row = 0;
    this.opened = new Set();
    this.pointers = new Map();
    this.digits = Math.max(0, Math.ceil(-Math.log10(Math.max((run.measures.get('latency.mean') || run.end || 1) / 1000, 1e-9))));
    this.makeRows();
    this.listen();
    this.readStyle();
    this.tellStory();
    new ResizeObserver(() => this.resize()).observe(this.box);
    this.resize();
  }

  // --- rows

  makeRows() {
    this.rows = [];
    for (const role of ['producer', 'consumer']) {
      const count = this.run.actors[role];
      const size = groupSize(count), finest = this.run.finest(role);
      for (let first = 1; first <= count; first += size) {
        const last = Math.min(first + size - 1, count);
        const group = { role, first, last, opens: last - first + 1 > finest };
        this.rows.push(group);
        if (!group.opens || !this.opened.has(`${role}${first}`)) continue;
        group.isOpen = true;
        for (let f = first; f <= last; f += finest)
          this.rows.push({ role, first: f, last: Math.min(f + finest - 1, last), inGroup: true });
      }
    }
    for (const row of this.rows) {
      row.label = (row.opens ? (row.isOpen ? '▾ ' : '▸ ') : row.inGroup ? '  ' : '') + this.nameOf(row);
      row.life = 0;
      for (let actor = row.first; actor <= row.last; ++actor) row.life = Math.max(row.life, this.run.life(row.role, actor));
    }
    this.height = this.rows.length <= 12 ? 26 : this.rows.length <= 40 ? 20 : 16;
    this.margin = this.height > 16 ? 3 : 2;
    byId('row-space').style.height = `${this.rows.length * this.height}px`;
  }

  nameOf({ role, first, last }) {
    const letter = role === 'producer' ? 'P' : 'C';
    return `${letter}${first}` + (last > first ? `–${letter}${last}` : '');
  }

  toggle(row) {
    if (!row.opens) return;
    const key = `${row.role}${row.first}`;
    if (!this.opened.delete(key)) this.opened.add(key);
    this.makeRows();
    this.resize();
  }

  rowOf(role, actor) {
    let found = -1;
    this.rows.forEach((row, r) => {
      if (row.role === role && row.first <= actor && actor <= row.last && !row.isOpen) found = r;
    });
    return found;
  }

  // --- drawing

  readStyle() {
    const style = getComputedStyle(document.documentElement);
    this.color = {};
    for (const name of ['paper', 'ink', 'soft', 'line', 'lane', 'first', 'second', 'bad', 'link'])
      this.color[name] = style.getPropertyValue(`--${name}`).trim();
    const { fontFamily } = getComputedStyle(document.body);
    this.font = `12px ${fontFamily}`;
    this.smallFont = `10px ${fontFamily}`;
  }

  resize() {
    this.width = this.scroller.clientWidth;
    const context = this.rowCanvas.getContext('2d');
    context.font = this.font;
    this.gutter = Math.ceil(Math.max(...this.rows.map((row) => context.measureText(row.label).width), 24)) + 16;
    this.plot = Math.max(this.width - this.gutter - 8, 10);
    this.sizeCanvas(this.rowCanvas, this.scroller.clientHeight);
    this.sizeCanvas(this.depthCanvas, 132);
    this.draw();
  }

  sizeCanvas(canvas, height) {
    const ratio = window.devicePixelRatio || 1;
    canvas.style.height = `${height}px`;
    canvas.style.width = `${this.width}px`;
    canvas.width = Math.round(this.width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.getContext('2d').setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  draw() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.drawRows();
      this.drawDepth();
      this.box.dataset.from = this.from;
      this.box.dataset.to = this.to;
      byId('range').textContent = this.to - this.from >= this.run.end * (1 - 1e-9)
        ? `All of ${duration(this.run.end)}`
        : `${this.time(this.from)} to ${this.time(this.to)}: ${duration(this.to - this.from)} of ${duration(this.run.end)}`;
    });
  }

  x(time) { return this.gutter + ((time - this.from) / (this.to - this.from)) * this.plot; }
  timeAt(x) { return this.from + ((x - this.gutter) / this.plot) * (this.to - this.from); }

  drawRows() {
    const context = this.rowCanvas.getContext('2d');
    const viewHeight = this.scroller.clientHeight;
    context.clearRect(0, 0, this.width, viewHeight);
    context.font = this.font;
    context.textBaseline = 'middle';
    const scrolled = this.scroller.scrollTop;
    const first = Math.floor(scrolled / this.height);
    const last = Math.min(Math.floor((scrolled + viewHeight) / this.height), this.rows.length - 1);
    for (let r = first; r <= last; ++r) {
      const y = r * this.height - scrolled;
      const row = this.rows[r];
      if (r > 0 && row.role !== this.rows[r - 1].role) {
        context.fillStyle = this.color.line;
        context.fillRect(0, y, this.width, 1);
      }
      this.drawRow(context, row, y);
      context.fillStyle = r === this.row && document.activeElement === this.box ? this.color.link : this.color.ink;
      context.font = r === this.row && document.activeElement === this.box ? `bold ${this.font}` : this.font;
      context.fillText(row.label, 8, y + this.height / 2 + 1);
      context.font = this.font;
    }
    for (const item of new Set([this.selected, this.pointed])) if (item >= 0) this.drawItem(context, item);
  }

  drawRow(context, row, y) {
    if (row.isOpen) return;
    const top = y + this.margin, height = this.height - 2 * this.margin, bottom = top + height;
    const scale = this.plot / (this.to - this.from);
    const alive = Math.min(this.x(row.life), this.gutter + this.plot);
    if (alive > this.gutter && this.to > this.from) {
      context.fillStyle = this.color.lane;
      context.fillRect(this.gutter, top, alive - this.gutter, height);
    }

    const working = new Coverage(this.plot | 0), blocked = new Coverage(this.plot | 0);
    const wide = [];
    const members = row.last - row.first + 1;
    let faded = false;
    if (this.run.complete) {
      const keep = members === 1 ? 3 : Infinity;
      for (let actor = row.first; actor <= row.last; ++actor)
        this.run.slices(row.role, actor, this.from, this.to, (from, to, isBlocked, item) => {
          const left = (from - this.from) * scale, right = (to - this.from) * scale;
          if (right - left >= keep) wide.push({ left, right, isBlocked, item });
          else (isBlocked ? blocked : working).add(left, right, 1 / members);
        });
    } else {
      this.run.shares(row.role, row.first, row.last, this.from, this.to, (from, to, work, block) => {
        const left = (from - this.from) * scale, right = (to - this.from) * scale;
        working.add(left, right, work);
        blocked.add(left, right, block);
      });
      if (members === 1)
        this.run.slices(row.role, row.first, this.from, this.to, (from, to, isBlocked, item) => {
          const left = (from - this.from) * scale, right = (to - this.from) * scale;
          if (right - left >= 4) wide.push({ left, right, isBlocked, item });
        });
      faded = wide.length > 0;
    }

    // What is shorter than a few pixels is drawn as the share of each pixel's time.
    const workShares = working.shares(), blockShares = blocked.shares();
    context.globalAlpha = faded ? 0.45 : 1;
    context.fillStyle = this.color.first;
    for (let x = 0; x < workShares.length; ++x)
      if (workShares[x] > 0) context.fillRect(this.gutter + x, bottom - workShares[x] * height, 1, workShares[x] * height);
    context.fillStyle = this.color.second;
    for (let x = 0; x < blockShares.length; ++x) {
      const share = Math.min(blockShares[x], 1 - workShares[x]);
      if (share > 0) context.fillRect(this.gutter + x, bottom - (workShares[x] + share) * height, 1, share * height);
    }
    context.globalAlpha = 1;
    for (const { left, right, isBlocked, item } of wide) {
      const begin = Math.max(left, 0), end = Math.min(right, this.plot);
      if (begin >= end) continue;
      context.fillStyle = isBlocked ? this.color.second : this.color.first;
      context.fillRect(this.gutter + begin, top, Math.max(end - begin - 0.75, 1), height);
      if (item < 0 || isBlocked) continue;
      const label = String(this.run.id(item));
      if (end - begin > 8 * label.length + 8) {
        context.fillStyle = this.color.paper;
        context.font = this.height > 16 ? this.font : this.smallFont;
        context.fillText(label, this.gutter + begin + 5, top + height / 2 + 1);
        context.font = this.font;
      }
    }
    if (row.role === 'consumer') this.drawEnds(context, row, top, height, scale);
  }

  // Marks where an item was not consumed.
  drawEnds(context, row, top, height, scale) {
    context.fillStyle = this.color.bad;
    for (let actor = row.first; actor <= row.last; ++actor)
      for (const i of this.run.notConsumed.get(actor) ?? []) {
        const at = this.run.done[i];
        if (at >= this.from && at <= this.to)
          context.fillRect(this.gutter + (at - this.from) * scale - 1.5, top - this.margin, 3, height + 2 * this.margin);
      }
  }

  // An item's way: outlined where it was made and worked on, a line for its time in the queue.
  drawItem(context, i) {
    const run = this.run;
    const scrolled = this.scroller.scrollTop;
    const middle = (r) => (r + 0.5) * this.height - scrolled;
    context.save();
    context.beginPath();
    context.rect(this.gutter - 2, 0, this.plot + 4, this.scroller.clientHeight);
    context.clip();
    context.lineWidth = 2;
    context.strokeStyle = this.color.ink;
    const producerRow = this.rowOf('producer', run.producer[i]);
    const outline = (r, from, to) =>
      context.strokeRect(this.x(from), middle(r) - this.height / 2 + 2, Math.max(this.x(to) - this.x(from), 2), this.height - 4);
    outline(producerRow, Math.min(run.begin('producer', i), run.offered[i]), run.finish('producer', i));
    if (run.consumer[i] > 0) {
      const consumerRow = this.rowOf('consumer', run.consumer[i]);
      outline(consumerRow, run.got[i], run.done[i]);
      context.lineWidth = 1.5;
      context.setLineDash([4, 3]);
      context.beginPath();
      context.moveTo(this.x(run.put[i]), middle(producerRow));
      context.lineTo(this.x(run.got[i]), middle(consumerRow));
      context.stroke();
    }
    context.restore();
  }

  drawDepth() {
    const context = this.depthCanvas.getContext('2d');
    const top = 22, bottom = 100;
    context.clearRect(0, 0, this.width, 132);
    context.font = this.font;
    context.fillStyle = this.color.line;
    context.fillRect(0, 0, this.width, 1);
    if (!(this.to > this.from)) return;
    const columns = this.plot | 0;
    const scale = this.plot / (this.to - this.from);

    const least = new Float64Array(columns).fill(Infinity), most = new Float64Array(columns).fill(-1);
    const area = new Float64Array(columns);
    this.run.depth(this.from, this.to, (from, to, low, mean, high) => {
      const left = Math.max((from - this.from) * scale, 0), right = Math.min((to - this.from) * scale, columns);
      for (let x = Math.floor(left); x < columns && (x < right || x === Math.floor(left)); ++x) {
        least[x] = Math.min(least[x], low);
        most[x] = Math.max(most[x], high);
        area[x] += Math.max(Math.min(right, x + 1) - Math.max(left, x), 0) * mean;
      }
    });
    let highest = 1;
    for (const depth of most) highest = Math.max(highest, depth);
    const y = (depth) => bottom - (depth / highest) * (bottom - top);

    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (const value of ticks(0, highest, highest < 4 ? highest : 3).values.filter(Number.isInteger)) {
      context.fillStyle = this.color.line;
      context.fillRect(this.gutter, Math.round(y(value)), this.plot, 1);
      context.fillStyle = this.color.soft;
      context.fillText(fixed(value), this.gutter - 6, y(value));
    }
    context.textAlign = 'left';
    context.fillStyle = this.color.soft;
    context.fillText('Items in the queue', this.gutter, 11);

    context.fillStyle = this.color.first;
    for (const [alpha, depths] of [[0.35, most], [0.5, area], [1, least]]) {
      context.globalAlpha = alpha;
      for (let x = 0; x < columns; ++x)
        if (depths[x] > 0 && most[x] >= 0) context.fillRect(this.gutter + x, y(depths[x]), 1, bottom - y(depths[x]));
    }
    context.globalAlpha = 1;

    context.textBaseline = 'top';
    context.textAlign = 'center';
    let free = -Infinity;
    for (const { at, label } of timeTicks(this.from, this.to, Math.max(this.plot / 110, 2))) {
      const half = context.measureText(label).width / 2;
      const x = Math.min(this.x(at), this.width - half - 2);
      context.fillStyle = this.color.line;
      context.fillRect(Math.round(this.x(at)), bottom, 1, 6);
      if (x - half < free) continue;
      free = x + half + 8;
      context.fillStyle = this.color.soft;
      context.fillText(label, x, bottom + 11);
    }
    context.textAlign = 'left';
    if (this.pointedAt !== undefined) {
      context.fillStyle = this.color.ink;
      context.fillRect(Math.round(this.x(this.pointedAt)), top - 4, 1, bottom - top + 4);
    }
  }

  // --- what part is seen

  show(from, to) {
    const end = this.run.end;
    const least = Math.min(Math.max(end * 1e-9, this.run.tick * 20), end);
    const span = Math.min(Math.max(to - from, least), end);
    const middle = (from + to) / 2;
    this.from = Math.min(Math.max(middle - span / 2, 0), end - span);
    this.to = this.from + span;
    this.hideTip();
    this.draw();
  }

  zoom(factor, at = (this.from + this.to) / 2) {
    this.show(at - (at - this.from) * factor, at + (this.to - at) * factor);
  }

  move(share) {
    const by = (this.to - this.from) * share;
    const room = by < 0 ? Math.max(by, -this.from) : Math.min(by, this.run.end - this.to);
    this.show(this.from + room, this.to + room);
  }

  showRow(r) {
    const top = r * this.height, bottom = top + this.height;
    const view = this.scroller;
    if (top < view.scrollTop) view.scrollTop = top;
    if (bottom > view.scrollTop + view.clientHeight) view.scrollTop = bottom - view.clientHeight;
    this.draw();
  }

  // --- an item's story

  time(at) {
    const unit = unitFor(this.run.end);
    const digits = Math.max(0, Math.min(this.digits + Math.round(Math.log10(unit.seconds)), 9));
    return `${fixed(at / unit.seconds, digits)} ${unit.name}`;
  }

  story(i) {
    const run = this.run;
    const table = element('table', {});
    table.append(element('caption', {}, `Item ${fixed(run.id(i))}: ${fates[run.fate[i]]}`));
    const body = element('tbody');
    const add = (what, at, length) => {
      body.append(element('tr', {}, element('td', {}, what), element('td', { class: 'soft' }, `from ${this.time(at)}`),
        element('td', {}, duration(length))));
    };
    const addIfAny = (what, from, to) => { if (to > from) add(what, from, to - from); };
    const p = `P${run.producer[i]}`, c = `C${run.consumer[i]}`;
    const produced = () => add(`Produced by ${p}`, run.produceFrom[i], run.produceTo[i] - run.produceFrom[i]);
    if (!run.produceFirst) {
      produced();
      addIfAny(`${p} could not go on at once`, run.produceTo[i], run.offered[i]);
    }
    addIfAny(`${p} blocked: the queue is full`, run.offered[i], run.put[i]);
    if (run.fate[i] !== neverPut) add('Waited in the queue', run.put[i], run.got[i] - run.put[i]);
    if (run.consumer[i] > 0) {
      addIfAny(`${c} in line for ${run.settings.get('work') === 'thread' ? 'a thread' : 'the limit'}`, run.got[i], run.workFrom[i]);
      add(`Worked on by ${c}`, run.workFrom[i], run.workTo[i] - run.workFrom[i]);
      addIfAny(`${c} in line for the lock`, run.workTo[i], run.lockFrom[i]);
      addIfAny(`${c} has the lock`, run.lockFrom[i], run.done[i]);
    }
    if (run.produceFirst) produced();
    const ends = run.fate[i] < unfinished ? `From the start of put to ${fates[run.fate[i]]}` : 'Until it was given up, or the run ended';
    body.append(element('tr', {}, element('td', {}, ends), element('td', { class: 'soft' }, `until ${this.time(run.done[i])}`),
      element('td', {}, duration(run.done[i] - run.offered[i]))));
    table.append(body);
    return table;
  }

  tellStory() {
    const box = byId('story');
    if (this.selected >= 0) box.replaceChildren(this.story(this.selected));
    else
      box.replaceChildren(element('p', { class: 'soft' }, this.run.count === 0
        ? 'No item was produced.'
        : 'Point at a slice to see the story of its item: when it was produced, how long it waited, who worked on it. ' +
          'Click or tap to keep it here.'));
  }

  select(i, role) {
    this.selected = i;
    this.tellStory();
    if (i >= 0 && role) {
      const from = this.run.begin(role, i), to = this.run.finish(role, i);
      if (to > this.to || from < this.from) {
        const by = from - this.from - (this.to - this.from) / 4;
        this.show(this.from + by, this.to + by);
      }
      this.row = this.rowOf(role, role === 'producer' ? this.run.producer[i] : this.run.consumer[i]);
      this.showRow(this.row);
    }
    this.draw();
  }

  // Shows all of an item's life.
  zoomTo(i) {
    const run = this.run;
    const from = Math.min(run.offered[i], run.produceFrom[i]), to = Math.max(run.done[i], run.produceTo[i]);
    const around = Math.max(to - from, this.run.tick * 10);
    this.show(from - around / 2, to + around / 2);
    this.select(i, run.consumer[i] > 0 ? 'consumer' : 'producer');
  }

  // The item whose slice is at a point, or -1.
  itemAt(row, at) {
    const near = (3 / this.plot) * (this.to - this.from);
    let found = -1, nearest = near;
    if (row.isOpen || row.last > row.first) return found;
    this.run.slices(row.role, row.first, at - near, at + near, (from, to, isBlocked, item) => {
      const off = Math.max(from - at, at - to, 0);
      if (item >= 0 && off < nearest) [found, nearest] = [item, off];
    });
    return found;
  }

  // The next item of a row after the selected one, or the one before it.
  step(forward) {
    const row = this.rows[this.row];
    const run = this.run;
    const actorOf = row.role === 'producer' ? run.producer : run.consumer;
    const isIn = (i) => actorOf[i] >= row.first && actorOf[i] <= row.last;
    const key = (i) => run.begin(row.role, i);
    const current = this.selected >= 0 && isIn(this.selected) ? this.selected : -1;
    const after = current >= 0 ? key(current) : forward ? this.from : this.to;
    let best = -1;
    for (let i = 0; i < run.count; ++i) {
      if (!isIn(i) || i === current) continue;
      const apart = forward ? key(i) - after : after - key(i);
      const isBeyond = apart > 0 || (apart === 0 && (current < 0 || (forward ? i > current : i < current)));
      if (isBeyond && (best < 0 || (forward ? key(i) < key(best) : key(i) >= key(best)))) best = i;
    }
    if (best >= 0) this.select(best, row.role);
  }

  // --- the pointer and the keys

  hideTip() {
    this.tip.hidden = true;
    this.pointed = -1;
    this.pointedAt = undefined;
  }

  point(event) {
    const box = this.box.getBoundingClientRect();
    const x = event.clientX - box.left - this.box.clientLeft, y = event.clientY - box.top - this.box.clientTop;
    const at = this.timeAt(x);
    this.hideTip();
    if (x >= this.gutter && x <= this.gutter + this.plot) {
      const r = Math.floor((y + this.scroller.scrollTop) / this.height);
      let content;
      if (y < this.scroller.clientHeight && r < this.rows.length) {
        this.pointed = this.itemAt(this.rows[r], at);
        content = this.pointed >= 0 ? this.story(this.pointed) : this.describe(this.rows[r], at);
      } else {
        this.pointedAt = at;
        content = this.describeDepth(at);
      }
      if (content) this.showTip(content, x, y);
    }
    this.draw();
  }

  showTip(content, x, y) {
    this.tip.replaceChildren(content);
    this.tip.hidden = false;
    const width = this.tip.offsetWidth, height = this.tip.offsetHeight;
    const left = x + 16 + width <= this.box.clientWidth ? x + 16 : Math.max(x - 16 - width, 4);
    this.tip.style.left = `${Math.min(left, Math.max(this.box.clientWidth - width - 4, 4))}px`;
    const above = this.box.getBoundingClientRect().top + y + 20 + height > window.innerHeight;
    this.tip.style.top = `${above ? y - height - 12 : y + 20}px`;
  }

  // What a row is doing where no single item can be told.
  describe(row, at) {
    if (row.isOpen) return null;
    const members = row.last - row.first + 1;
    const line = (text) => element('span', {}, `${this.nameOf(row)} at ${this.time(at)}: ${text}`);
    if (!this.run.complete) {
      let text;
      this.run.shares(row.role, row.first, row.last, at, at, (from, to, work, block) => {
        text = `working ${fixed(100 * work)} %, blocked ${fixed(100 * block)} % of ${duration(to - from)}`;
      });
      return line(text);
    }
    if (members === 1) return line(at > row.life ? 'gone' : row.role === 'consumer' ? 'waiting' : 'idle');
    let working = 0, blocked = 0;
    for (let actor = row.first; actor <= row.last; ++actor)
      this.run.slices(row.role, actor, at, at, (from, to, isBlocked) => {
        if (from <= at && at < to) isBlocked ? ++blocked : ++working;
      });
    return line(`${working} of ${members} working` + (blocked > 0 ? `, ${blocked} blocked` : ''));
  }

  describeDepth(at) {
    let text;
    this.run.depth(at, at, (from, to, least, mean, most) => {
      text = least === most ? counted(most, 'item') : `${fixed(least)} to ${fixed(most)} items, on average ${plain(mean)},`;
    });
    return element('span', {}, `${text} in the queue at ${this.time(at)}`);
  }

  listen() {
    const box = this.box;
    box.addEventListener('wheel', (event) => {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      if (!event.ctrlKey && !event.metaKey && !sideways && document.activeElement !== box) return;
      event.preventDefault();
      const pixels = (event.deltaMode === 1 ? 30 : 1) * (sideways && event.deltaX !== 0 ? event.deltaX : event.deltaY);
      if (sideways) this.move(pixels / this.plot);
      else this.zoom(Math.exp(Math.min(Math.max(pixels, -200), 200) * (event.ctrlKey ? 0.008 : 0.003)), this.timeAt(event.offsetX));
    }, { passive: false });

    box.addEventListener('pointerdown', (event) => {
      if (event.pointerType === 'mouse' && event.button !== 0) return;
      if (event.offsetX > this.scroller.clientWidth) return;  // the scroll bar
      this.pointers.set(event.pointerId, event);
      this.dragged = 0;
      this.startTop = this.scroller.scrollTop;
    });
    box.addEventListener('pointermove', (event) => {
      const before = this.pointers.get(event.pointerId);
      if (!before) {
        if (event.pointerType !== 'touch') this.point(event);
        return;
      }
      this.pointers.set(event.pointerId, event);
      if (this.pointers.size === 2) {
        this.dragged = Infinity;
        const [other] = [...this.pointers.values()].filter((one) => one.pointerId !== event.pointerId);
        const left = box.getBoundingClientRect().left;
        const apart = Math.max(Math.abs(before.clientX - other.clientX), 10) / Math.max(Math.abs(event.clientX - other.clientX), 10);
        this.zoom(apart, this.timeAt((event.clientX + other.clientX) / 2 - left));
        return;
      }
      this.dragged += Math.abs(event.clientX - before.clientX) + Math.abs(event.clientY - before.clientY);
      if (this.dragged < 4) return;
      if (!box.hasPointerCapture(event.pointerId)) box.setPointerCapture(event.pointerId);
      box.classList.add('dragged');
      if (event.pointerType === 'mouse') this.scroller.scrollTop -= event.clientY - before.clientY;
      this.move((before.clientX - event.clientX) / this.plot);
    });
    const release = (event) => {
      const wasDown = this.pointers.delete(event.pointerId);
      box.classList.remove('dragged');
      if (event.type === 'pointerup' && wasDown && this.dragged < 4) this.click(event);
    };
    box.addEventListener('pointerup', release);
    box.addEventListener('pointercancel', release);
    box.addEventListener('pointerleave', () => { this.hideTip(); this.draw(); });
    this.scroller.addEventListener('scroll', () => { this.hideTip(); this.draw(); });
    box.addEventListener('focus', () => this.draw());
    box.addEventListener('blur', () => this.draw());

    box.addEventListener('keydown', (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const act = {
        ArrowLeft: () => this.move(-0.2),
        ArrowRight: () => this.move(0.2),
        ArrowUp: () => this.chooseRow(this.row - 1),
        ArrowDown: () => this.chooseRow(this.row + 1),
        PageUp: () => this.chooseRow(this.row - 10),
        PageDown: () => this.chooseRow(this.row + 10),
        Home: () => this.move(-Infinity),
        End: () => this.move(Infinity),
        '+': () => this.zoom(0.5),
        '=': () => this.zoom(0.5),
        '-': () => this.zoom(2),
        '0': () => this.show(0, this.run.end),
        n: () => this.step(true),
        p: () => this.step(false),
        Enter: () => {
          if (this.rows[this.row].opens) this.toggle(this.rows[this.row]);
          else if (this.selected >= 0) this.zoomTo(this.selected);
        },
        Escape: () => this.select(-1),
      }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      this.hideTip();
      act();
      this.say();
    });

    const press = (id, act) => byId(id).addEventListener('click', act);
    press('earlier', () => this.move(-0.4));
    press('later', () => this.move(0.4));
    press('zoom-in', () => this.zoom(0.5));
    press('zoom-out', () => this.zoom(2));
    press('zoom-all', () => this.show(0, this.run.end));
    byId('find').addEventListener('submit', (event) => {
      event.preventDefault();
      const id = Number(byId('find-item').value.replace(/[^0-9]/g, ''));
      if (id > 0 && this.run.count > 0) this.zoomTo(this.run.nearest(id));
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { this.readStyle(); this.draw(); });
  }

  chooseRow(r) {
    this.row = Math.min(Math.max(r, 0), this.rows.length - 1);
    this.showRow(this.row);
  }

  // For who hears the page: what the keys have done.
  say() {
    byId('said').textContent = `${this.nameOf(this.rows[this.row])}, ${this.time(this.from)} to ${this.time(this.to)}`;
  }

  click(event) {
    this.box.focus({ preventScroll: true });
    const box = this.box.getBoundingClientRect();
    const x = event.clientX - box.left - this.box.clientLeft, y = event.clientY - box.top - this.box.clientTop;
    const r = Math.floor((y + this.scroller.scrollTop) / this.height);
    if (y >= this.scroller.clientHeight || r >= this.rows.length) return;
    this.row = r;
    if (this.rows[r].opens) this.toggle(this.rows[r]);
    else this.select(this.itemAt(this.rows[r], this.timeAt(x)));
  }
}
