// The timeline: a row for each actor, or for a group of them, over the time that is seen; and what pointer and keys do with it.

// How many neighbours share a row: each has its own up to 40 of them, otherwise there are 20 rows at most.
function groupSize(actors) {
  if (actors <= 40) return 1;
  for (let ten = 1; ; ten *= 10)
    for (const size of [ten, 2 * ten, 5 * ten]) if (actors <= size * 20) return size;
}

class Timeline {
  constructor(run) {
    this.run = run;
    this.box = byId('timeline');
    this.scroller = byId('rows');
    this.tip = byId('tip');
    this.from = 0;
    this.to = run.end;
    this.row = 0;         // the one that the keys are about
    this.selected = -1;   // the item whose story is told
    this.pointed = -1;    // the item under the pointer
    this.opened = new Set();
    this.pointers = new Map();
    this.makeRows();
    this.painter = new TimelinePainter(this);
    this.listenToPointer();
    this.listenToKeys();
    this.listenToButtons();
    this.tellStory();
    new ResizeObserver(() => this.resize()).observe(this.box);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.painter.readStyle();
      this.draw();
    });
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
        const group = { role, first, last, opens: last - first + 1 > finest, isOpen: this.opened.has(`${role}${first}`) };
        this.rows.push(group);
        if (!group.isOpen) continue;
        for (let f = first; f <= last; f += finest)
          this.rows.push({ role, first: f, last: Math.min(f + finest - 1, last), isPart: true });
      }
    }
    for (const row of this.rows) {
      row.label = (row.opens ? (row.isOpen ? '▾ ' : '▸ ') : row.isPart ? '  ' : '') + this.nameOf(row);
      row.life = 0;
      for (let actor = row.first; actor <= row.last; ++actor) row.life = Math.max(row.life, this.run.life(row.role, actor));
    }
    this.rowHeight = this.rows.length <= 12 ? 26 : this.rows.length <= 40 ? 20 : 16;
    byId('row-space').style.height = `${this.rows.length * this.rowHeight}px`;
  }

  nameOf({ role, first, last }) {
    const letter = role === 'producer' ? 'P' : 'C';
    return `${letter}${first}` + (last > first ? `–${letter}${last}` : '');
  }

  toggle(row) {
    const key = `${row.role}${row.first}`;
    if (!this.opened.delete(key)) this.opened.add(key);
    this.makeRows();
    this.resize();
  }

  // Where an actor is.
  rowOf(role, actor) {
    return this.rows.findIndex((row) => row.role === role && row.first <= actor && actor <= row.last && !row.isOpen);
  }

  chooseRow(r) {
    this.row = Math.min(Math.max(r, 0), this.rows.length - 1);
    const top = this.row * this.rowHeight, bottom = top + this.rowHeight;
    const { scroller } = this;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    if (bottom > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = bottom - scroller.clientHeight;
    this.draw();
  }

  // --- what is seen

  resize() {
    this.painter.resize();
    this.draw();
  }

  draw() {
    this.pending ??= requestAnimationFrame(() => {
      this.pending = undefined;
      this.painter.draw();
      this.box.dataset.from = this.from;
      this.box.dataset.to = this.to;
      const all = duration(this.run.end), seen = this.to - this.from;
      byId('range').textContent = seen >= this.run.end * (1 - 1e-9)
        ? `All of ${all}` : `${this.time(this.from)} to ${this.time(this.to)}: ${duration(seen)} of ${all}`;
    });
  }

  show(from, to) {
    const { end, tick } = this.run;
    const shortest = Math.min(Math.max(end * 1e-9, tick * 20), end);
    const seen = Math.min(Math.max(to - from, shortest), end);
    this.from = Math.min(Math.max((from + to - seen) / 2, 0), end - seen);
    this.to = this.from + seen;
    this.hideTip();
    this.draw();
  }

  zoom(factor, at = (this.from + this.to) / 2) {
    this.show(at - (at - this.from) * factor, at + (this.to - at) * factor);
  }

  // By this much of what is seen, as far as the run goes.
  move(share) {
    const by = Math.min(Math.max((this.to - this.from) * share, -this.from), this.run.end - this.to);
    this.show(this.from + by, this.to + by);
  }

  // A time, with as many digits as tell items apart.
  time(at) {
    const unit = unitFor(this.run.end);
    const latency = this.run.measures.get('latency.mean') || this.run.end || 1;
    const digits = Math.ceil(-Math.log10(latency / 1000 / unit.seconds));
    return `${fixed(at / unit.seconds, Math.min(Math.max(digits, 0), 9))} ${unit.name}`;
  }

  // --- items

  tellStory() {
    byId('story').replaceChildren(this.selected >= 0
      ? tellItem(this.run, this.selected, (at) => this.time(at))
      : element('p', { class: 'soft' }, this.run.count === 0
        ? 'No item was produced.'
        : 'Point at a slice to see the story of its item: when it was produced, how long it waited, who worked on it. ' +
          'Click or tap to keep it here.'));
  }

  select(i) {
    this.selected = i;
    this.tellStory();
    this.draw();
  }

  // Selects an item where an actor of this role had to do with it, and moves there.
  goTo(i, role) {
    const from = this.run.begin(role, i), to = this.run.finish(role, i);
    if (to > this.to || from < this.from) this.move((from - this.from) / (this.to - this.from) - 0.25);
    this.chooseRow(this.rowOf(role, this.run[role][i]));
    this.select(i);
  }

  // Shows all of an item's life.
  zoomTo(i) {
    const { run } = this;
    const from = Math.min(run.offered[i], run.produceFrom[i]), to = Math.max(run.done[i], run.produceTo[i]);
    const around = Math.max(to - from, run.tick * 10) / 2;
    this.show(from - around, to + around);
    this.goTo(i, run.consumer[i] > 0 ? 'consumer' : 'producer');
  }

  // The item that is nearest to a time in an actor's row; -1 if none is within some pixels.
  itemAt(row, at) {
    if (row.last > row.first) return -1;
    let nearest = 3 / this.painter.scale;
    let found = -1;
    this.run.slices(row.role, row.first, at - nearest, at + nearest, (from, to, isBlocked, item) => {
      const off = Math.max(from - at, at - to, 0);
      if (item >= 0 && off < nearest) [found, nearest] = [item, off];
    });
    return found;
  }

  // Goes on to the next item of the chosen row, or back to the one before.
  step(direction) {
    const { run } = this;
    const { role, first, last } = this.rows[this.row];
    const isHere = (i) => i >= 0 && run[role][i] >= first && run[role][i] <= last;
    // Whether item i comes after item j, as one goes.
    const after = (i, j) => direction * (run.begin(role, i) - run.begin(role, j) || i - j) > 0;
    const start = isHere(this.selected) ? this.selected : -1;
    const isAhead = (i) => start >= 0 ? after(i, start)
      : direction > 0 ? run.finish(role, i) >= this.from : run.begin(role, i) <= this.to;
    let next = -1;
    for (let i = 0; i < run.count; ++i) if (isHere(i) && isAhead(i) && (next < 0 || after(next, i))) next = i;
    if (next >= 0) this.goTo(next, role);
  }

  // --- pointer

  // What is at a pointer: the time, and the row (undefined where the queue is).
  under(event) {
    const box = this.box.getBoundingClientRect();
    const x = event.clientX - box.left - this.box.clientLeft, y = event.clientY - box.top - this.box.clientTop;
    const r = Math.floor((y + this.scroller.scrollTop) / this.rowHeight);
    const { gutter, plot } = this.painter;
    return {
      x, y, r,
      at: this.painter.timeAt(x),
      isPlot: x >= gutter && x <= gutter + plot,
      row: y < this.scroller.clientHeight ? this.rows[r] : undefined,
    };
  }

  hideTip() {
    this.tip.hidden = true;
    this.pointed = -1;
    this.pointedAt = undefined;
  }

  point(event) {
    this.hideTip();
    const { x, y, at, isPlot, row } = this.under(event);
    if (isPlot && row) {
      this.pointed = this.itemAt(row, at);
      this.showTip(x, y, this.pointed >= 0 ? tellItem(this.run, this.pointed, (time) => this.time(time)) : this.describe(row, at));
    } else if (isPlot) {
      this.pointedAt = at;
      this.showTip(x, y, this.describeDepth(at));
    }
    this.draw();
  }

  showTip(x, y, content) {
    const { tip, box } = this;
    tip.replaceChildren(content);
    tip.hidden = false;
    const width = tip.offsetWidth, height = tip.offsetHeight;
    const left = x + 16 + width <= box.clientWidth ? x + 16 : x - 16 - width;
    tip.style.left = `${Math.max(Math.min(left, box.clientWidth - width - 4), 4)}px`;
    const isLow = box.getBoundingClientRect().top + y + 20 + height > window.innerHeight;
    tip.style.top = `${isLow ? y - height - 12 : y + 20}px`;
  }

  // What is done in a row at a time, where no single item can be told.
  describe(row, at) {
    const { role, first, last } = row;
    const when = `${this.nameOf(row)} at ${this.time(at)}: `;
    if (!this.run.complete) {
      let text = '';
      this.run.shares(role, first, last, at, at, (from, to, working, blocked) => {
        text = `working ${fixed(100 * working)} %, blocked ${fixed(100 * blocked)} % of ${duration(to - from)}`;
      });
      return when + text;
    }
    if (last === first) return when + (at > row.life ? 'gone' : role === 'consumer' ? 'waiting' : 'idle');
    let working = 0, blocked = 0;
    for (let actor = first; actor <= last; ++actor)
      this.run.slices(role, actor, at, at, (from, to, isBlocked) => {
        if (from <= at && at < to) isBlocked ? ++blocked : ++working;
      });
    return `${when}${working} of ${last - first + 1} working` + (blocked > 0 ? `, ${blocked} blocked` : '');
  }

  describeDepth(at) {
    let items = '';
    this.run.depth(at, at, (from, to, least, mean, most) => {
      items = least === most ? counted(most, 'item') : `${fixed(least)} to ${fixed(most)} items, on average ${plain(mean)},`;
    });
    return `${items} in the queue at ${this.time(at)}`;
  }

  // A click, or a tap: keeps an item's story, or opens a group.
  press(event) {
    this.box.focus({ preventScroll: true });
    const { r, row, at } = this.under(event);
    if (!row) return;
    this.row = r;
    if (row.opens) this.toggle(row);
    else this.select(this.itemAt(row, at));
  }

  drag(event, before) {
    const { box, scroller } = this;
    if (this.pointers.size === 2) {
      this.dragged = Infinity;
      const [other] = [...this.pointers.values()].filter((one) => one.pointerId !== event.pointerId);
      const apart = (one) => Math.max(Math.abs(one.clientX - other.clientX), 10);
      const middle = { clientX: (event.clientX + other.clientX) / 2, clientY: 0 };
      this.zoom(apart(before) / apart(event), this.under(middle).at);
      return;
    }
    this.dragged += Math.abs(event.clientX - before.clientX) + Math.abs(event.clientY - before.clientY);
    if (this.dragged < 4) return;  // a hand is not that steady
    box.setPointerCapture(event.pointerId);
    box.classList.add('dragged');
    if (event.pointerType === 'mouse') scroller.scrollTop -= event.clientY - before.clientY;
    this.move((before.clientX - event.clientX) / this.painter.plot);
  }

  listenToPointer() {
    const { box, scroller } = this;
    box.addEventListener('wheel', (event) => {
      const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
      const isZoom = event.ctrlKey || event.metaKey || this.hasFocus();
      if (!isSideways && !isZoom) return;  // it scrolls the page
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
      const pixels = lines * (isSideways && event.deltaX !== 0 ? event.deltaX : event.deltaY);
      if (isSideways) this.move(pixels / this.painter.plot);
      else this.zoom(Math.exp(Math.min(Math.max(pixels, -200), 200) * (event.ctrlKey ? 0.008 : 0.003)), this.under(event).at);
    }, { passive: false });
    box.addEventListener('pointerdown', (event) => {
      const isScrollBar = event.offsetX > scroller.clientWidth;
      if (event.button !== 0 || isScrollBar) return;
      this.pointers.set(event.pointerId, event);
      this.dragged = 0;
    });
    box.addEventListener('pointermove', (event) => {
      const before = this.pointers.get(event.pointerId);
      if (before) {
        this.pointers.set(event.pointerId, event);
        this.drag(event, before);
      } else if (event.pointerType !== 'touch') {
        this.point(event);
      }
    });
    const release = (event) => {
      const wasDown = this.pointers.delete(event.pointerId);
      box.classList.remove('dragged');
      if (event.type === 'pointerup' && wasDown && this.dragged < 4) this.press(event);
    };
    box.addEventListener('pointerup', release);
    box.addEventListener('pointercancel', release);
    const leave = () => {
      this.hideTip();
      this.draw();
    };
    box.addEventListener('pointerleave', leave);
    scroller.addEventListener('scroll', leave);
  }

  // --- keys and buttons

  hasFocus() { return document.activeElement === this.box; }

  listenToKeys() {
    const { box } = this;
    const acts = {
      ArrowLeft: () => this.move(-0.2),
      ArrowRight: () => this.move(0.2),
      Home: () => this.show(0, this.to - this.from),
      End: () => this.show(this.run.end - (this.to - this.from), this.run.end),
      '+': () => this.zoom(0.5),
      '=': () => this.zoom(0.5),
      '-': () => this.zoom(2),
      '0': () => this.show(0, this.run.end),
      ArrowUp: () => this.chooseRow(this.row - 1),
      ArrowDown: () => this.chooseRow(this.row + 1),
      PageUp: () => this.chooseRow(this.row - 10),
      PageDown: () => this.chooseRow(this.row + 10),
      n: () => this.step(1),
      p: () => this.step(-1),
      Enter: () => {
        if (this.rows[this.row].opens) this.toggle(this.rows[this.row]);
        else if (this.selected >= 0) this.zoomTo(this.selected);
      },
      Escape: () => this.select(-1),
    };
    box.addEventListener('keydown', (event) => {
      const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.hideTip();
      act();
      // For who hears the page.
      byId('said').textContent = `${this.nameOf(this.rows[this.row])}, ${this.time(this.from)} to ${this.time(this.to)}`;
    });
    box.addEventListener('focus', () => this.draw());
    box.addEventListener('blur', () => this.draw());
  }

  listenToButtons() {
    const on = (id, act) => byId(id).addEventListener('click', act);
    on('earlier', () => this.move(-0.4));
    on('later', () => this.move(0.4));
    on('zoom-in', () => this.zoom(0.5));
    on('zoom-out', () => this.zoom(2));
    on('zoom-all', () => this.show(0, this.run.end));
    byId('find').addEventListener('submit', (event) => {
      event.preventDefault();
      const id = Number(byId('find-item').value.replace(/[^0-9]/g, ''));
      if (id > 0 && this.run.count > 0) this.zoomTo(this.run.nearest(id));
    });
  }
}
