// Draws what is seen of a timeline: its rows on one canvas, the queue's depth and the axis of time on another.

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

const depthHeight = 132;

class TimelinePainter {
  constructor(timeline) {
    this.timeline = timeline;
    this.run = timeline.run;
    this.rowCanvas = byId('row-canvas');
    this.depthCanvas = byId('depth-canvas');
    this.readStyle();
  }

  readStyle() {
    const style = getComputedStyle(document.documentElement);
    this.color = {};
    for (const name of ['paper', 'ink', 'soft', 'line', 'lane', 'first', 'second', 'bad', 'link'])
      this.color[name] = style.getPropertyValue(`--${name}`).trim();
    const { fontFamily } = getComputedStyle(document.body);
    this.font = `12px ${fontFamily}`;
    this.smallFont = `10px ${fontFamily}`;
  }

  // Fits the canvases to the page. The gutter, on the left, has the rows' names.
  resize() {
    const { rows, scroller } = this.timeline;
    const context = this.rowCanvas.getContext('2d');
    context.font = this.font;
    this.width = scroller.clientWidth;
    this.gutter = Math.ceil(rows.reduce((most, row) => Math.max(most, context.measureText(row.label).width), 24)) + 16;
    this.plot = Math.max(this.width - this.gutter - 8, 10);
    this.sizeCanvas(this.rowCanvas, scroller.clientHeight);
    this.sizeCanvas(this.depthCanvas, depthHeight);
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
    this.scale = this.plot / (this.timeline.to - this.timeline.from);
    this.drawRows();
    this.drawDepth();
  }

  // Where a time is, and which time is there.
  x(time) { return this.gutter + (time - this.timeline.from) * this.scale; }
  timeAt(x) { return this.timeline.from + (x - this.gutter) / this.scale; }

  // --- rows

  drawRows() {
    const { rows, rowHeight, scroller, selected, pointed } = this.timeline;
    const context = this.rowCanvas.getContext('2d');
    context.clearRect(0, 0, this.width, scroller.clientHeight);
    context.textBaseline = 'middle';
    const first = Math.floor(scroller.scrollTop / rowHeight);
    const last = Math.min(Math.floor((scroller.scrollTop + scroller.clientHeight) / rowHeight), rows.length - 1);
    for (let r = first; r <= last; ++r) {
      const y = r * rowHeight - scroller.scrollTop;
      if (r > 0 && rows[r].role !== rows[r - 1].role) {
        context.fillStyle = this.color.line;
        context.fillRect(0, y, this.width, 1);
      }
      const isChosen = r === this.timeline.row && this.timeline.hasFocus();
      context.fillStyle = isChosen ? this.color.link : this.color.ink;
      context.font = isChosen ? `bold ${this.font}` : this.font;
      context.fillText(rows[r].label, 8, y + rowHeight / 2 + 1);
      if (!rows[r].isOpen) this.drawRow(context, rows[r], y);
    }
    for (const item of new Set([selected, pointed])) if (item >= 0) this.drawItem(context, item);
  }

  drawRow(context, row, y) {
    const { from, to, rowHeight } = this.timeline;
    const margin = rowHeight > 16 ? 3 : 2;
    const lane = { top: y + margin, height: rowHeight - 2 * margin };
    const gone = Math.min(this.x(row.life), this.gutter + this.plot);
    if (gone > this.gutter) {
      context.fillStyle = this.color.lane;
      context.fillRect(this.gutter, lane.top, gone - this.gutter, lane.height);
    }

    // Slices of a few pixels are drawn one by one, shorter ones as the share of each pixel's time.
    const members = row.last - row.first + 1;
    const shares = { working: new Coverage(this.plot | 0), blocked: new Coverage(this.plot | 0) };
    const single = [];
    const place = (time) => (time - from) * this.scale;
    const sort = (role, actor, shortest, elsewhere) =>
      this.run.slices(role, actor, from, to, (begin, end, isBlocked, item) => {
        const slice = { left: place(begin), right: place(end), isBlocked, item };
        if (slice.right - slice.left >= shortest) single.push(slice);
        else elsewhere(slice);
      });
    if (this.run.complete) {
      for (let actor = row.first; actor <= row.last; ++actor)
        sort(row.role, actor, members === 1 ? 3 : Infinity, ({ left, right, isBlocked }) =>
          (isBlocked ? shares.blocked : shares.working).add(left, right, 1 / members));
    } else {
      this.run.shares(row.role, row.first, row.last, from, to, (begin, end, working, blocked) => {
        shares.working.add(place(begin), place(end), working);
        shares.blocked.add(place(begin), place(end), blocked);
      });
      if (members === 1) sort(row.role, row.first, 4, () => {});
    }
    this.drawShares(context, shares, lane, !this.run.complete && single.length > 0);
    for (const slice of single) this.drawSlice(context, slice, lane);
    if (row.role === 'consumer') this.drawEnds(context, row, y);
  }

  drawShares(context, { working, blocked }, { top, height }, isBackground) {
    const works = working.shares(), blocks = blocked.shares();
    context.globalAlpha = isBackground ? 0.45 : 1;
    context.fillStyle = this.color.first;
    for (let x = 0; x < works.length; ++x)
      if (works[x] > 0) context.fillRect(this.gutter + x, top + (1 - works[x]) * height, 1, works[x] * height);
    context.fillStyle = this.color.second;
    for (let x = 0; x < blocks.length; ++x) {
      const share = Math.min(blocks[x], 1 - works[x]);
      if (share > 0) context.fillRect(this.gutter + x, top + (1 - works[x] - share) * height, 1, share * height);
    }
    context.globalAlpha = 1;
  }

  drawSlice(context, { left, right, isBlocked, item }, { top, height }) {
    const begin = Math.max(left, 0), end = Math.min(right, this.plot);
    if (begin >= end) return;
    context.fillStyle = isBlocked ? this.color.second : this.color.first;
    context.fillRect(this.gutter + begin, top, Math.max(end - begin - 0.75, 1), height);
    if (item < 0 || isBlocked) return;
    const label = String(this.run.id(item));
    if (end - begin <= 8 * label.length + 8) return;
    context.fillStyle = this.color.paper;
    context.font = height > 12 ? this.font : this.smallFont;
    context.fillText(label, this.gutter + begin + 5, top + height / 2 + 1);
  }

  // Marks where an item was not consumed.
  drawEnds(context, row, y) {
    context.fillStyle = this.color.bad;
    for (let actor = row.first; actor <= row.last; ++actor)
      for (const i of this.run.notConsumed.get(actor) ?? []) {
        const at = this.run.done[i];
        if (at >= this.timeline.from && at <= this.timeline.to)
          context.fillRect(this.x(at) - 1.5, y, 3, this.timeline.rowHeight);
      }
  }

  // An item's way: outlined where it was made and worked on, a line for its time in the queue.
  drawItem(context, i) {
    const { run, timeline } = this;
    const { rowHeight, scroller } = timeline;
    const middle = (r) => (r + 0.5) * rowHeight - scroller.scrollTop;
    // What is far outside may be millions of pixels away, which takes long to draw.
    const near = (x) => Math.min(Math.max(x, this.gutter - 20), this.gutter + this.plot + 20);
    const outline = (r, from, to) => {
      const left = near(this.x(from));
      context.strokeRect(left, middle(r) - rowHeight / 2 + 2, Math.max(near(this.x(to)) - left, 2), rowHeight - 4);
    };
    context.save();
    context.beginPath();
    context.rect(this.gutter - 2, 0, this.plot + 4, scroller.clientHeight);
    context.clip();
    context.lineWidth = 2;
    context.strokeStyle = this.color.ink;
    const producerRow = timeline.rowOf('producer', run.producer[i]);
    outline(producerRow, Math.min(run.begin('producer', i), run.offered[i]), run.finish('producer', i));
    if (run.consumer[i] > 0) {
      const consumerRow = timeline.rowOf('consumer', run.consumer[i]);
      outline(consumerRow, run.got[i], run.done[i]);
      const left = this.x(run.put[i]), right = this.x(run.got[i]), top = middle(producerRow), bottom = middle(consumerRow);
      const y = (x) => top + ((near(x) - left) / (right - left)) * (bottom - top);
      context.lineWidth = 1.5;
      context.setLineDash([4, 3]);
      context.beginPath();
      context.moveTo(near(left), right > left ? y(left) : top);
      context.lineTo(near(right), right > left ? y(right) : bottom);
      context.stroke();
    }
    context.restore();
  }

  // --- the queue, and the axis

  drawDepth() {
    const { from, to, pointedAt } = this.timeline;
    const context = this.depthCanvas.getContext('2d');
    const top = 22, bottom = 100;
    context.clearRect(0, 0, this.width, depthHeight);
    context.font = this.font;
    context.fillStyle = this.color.line;
    context.fillRect(0, 0, this.width, 1);
    context.fillStyle = this.color.soft;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillText('Items in the queue', this.gutter, 11);
    if (!(to > from)) return;

    const { least, mean, most } = this.depthColumns();
    const highest = most.reduce((all, depth) => Math.max(all, depth), 1);
    const y = (depth) => bottom - (depth / highest) * (bottom - top);
    context.textAlign = 'right';
    for (const depth of ticks(0, highest, highest < 4 ? highest : 3).values.filter(Number.isInteger)) {
      context.fillStyle = this.color.line;
      context.fillRect(this.gutter, Math.round(y(depth)), this.plot, 1);
      context.fillStyle = this.color.soft;
      context.fillText(fixed(depth), this.gutter - 6, y(depth));
    }
    context.fillStyle = this.color.first;
    for (const [alpha, depths] of [[0.35, most], [0.5, mean], [1, least]]) {
      context.globalAlpha = alpha;
      for (let x = 0; x < depths.length; ++x)
        if (depths[x] > 0) context.fillRect(this.gutter + x, y(depths[x]), 1, bottom - y(depths[x]));
    }
    context.globalAlpha = 1;
    this.drawAxis(context, bottom);
    if (pointedAt !== undefined) {
      context.fillStyle = this.color.ink;
      context.fillRect(Math.round(this.x(pointedAt)), top - 4, 1, bottom - top + 4);
    }
  }

  // The least, mean and greatest depth in each pixel's time.
  depthColumns() {
    const { from, to } = this.timeline;
    const columns = this.plot | 0;
    const least = new Float64Array(columns).fill(Infinity), mean = new Float64Array(columns), most = new Float64Array(columns);
    this.run.depth(from, to, (begin, end, low, average, high) => {
      const left = Math.max((begin - from) * this.scale, 0), right = Math.min((end - from) * this.scale, columns);
      const first = Math.floor(left);
      for (let x = first; x < columns && (x < right || x === first); ++x) {
        least[x] = Math.min(least[x], low);
        most[x] = Math.max(most[x], high);
        mean[x] += Math.max(Math.min(right, x + 1) - Math.max(left, x), 0) * average;
      }
    });
    return { least, mean, most };
  }

  drawAxis(context, y) {
    context.textBaseline = 'top';
    context.textAlign = 'center';
    let free = 0;
    for (const { at, label } of timeTicks(this.timeline.from, this.timeline.to, Math.max(this.plot / 110, 2))) {
      context.fillStyle = this.color.line;
      context.fillRect(Math.round(this.x(at)), y, 1, 6);
      const half = context.measureText(label).width / 2;
      const x = Math.min(this.x(at), this.width - half - 2);
      if (x - half < free) continue;
      free = x + half + 8;
      context.fillStyle = this.color.soft;
      context.fillText(label, x, y + 11);
    }
  }
}
